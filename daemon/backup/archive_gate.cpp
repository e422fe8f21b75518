#include "daemon/backup/archive_gate.h"

#include "shared/base/utf8.h"

#include <algorithm>
#include <set>

#include <sys/stat.h>

namespace satchel::backup {

namespace {

constexpr std::uint32_t kEntryMark = 0x04034b50;
constexpr std::uint32_t kDirectoryMark = 0x02014b50;
constexpr std::uint32_t kEndMark = 0x06054b50;
constexpr std::size_t kEntryBytes = 30;
constexpr std::size_t kDirectoryEntryBytes = 46;
constexpr std::size_t kEndBytes = 22;
constexpr std::size_t kNameBytesMax = 64;
constexpr std::size_t kExtraBytesMax = 64;
constexpr std::uint16_t kFlagsAllowed = 0x0806;  // how hard it was packed, and UTF-8 names
constexpr std::uint16_t kStored = 0;
constexpr std::uint16_t kDeflated = 8;
constexpr std::uint32_t kSeeZip64 = 0xffffffff;
constexpr std::uint32_t kDosFolder = 0x10;

Error damaged(std::string what) {
    return {ErrorCode::corrupt, "read an archive of backups: " + std::move(what)};
}

Error about(ErrorCode code, std::string_view name, std::string_view why) {
    return {code,
            "read an archive of backups: entry '" + escape_for_terminal(name.substr(0, 200)) +
                "' " + std::string(why)};
}

Error refusal(std::string_view name, std::string_view why) {
    return about(ErrorCode::refused, name, why);
}

Error mismatch(std::string_view name, std::string_view why) {
    return about(ErrorCode::corrupt, name, why);
}

/// Numbers as a zip writes them.
class Fields {
  public:
    explicit Fields(ByteView in) : in_(in) {}

    std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }

    std::uint32_t u32() { return static_cast<std::uint32_t>(number(4)); }

    ByteView raw(std::size_t count) { return in_.raw(count); }

    [[nodiscard]] std::size_t remaining() const { return in_.remaining(); }

    [[nodiscard]] bool failed() const { return in_.failed(); }

  private:
    std::uint64_t number(std::size_t bytes) {
        std::uint64_t value = 0;
        const ByteView raw = in_.raw(bytes);
        for (std::size_t i = 0; i < raw.size(); ++i) value |= std::uint64_t{raw[i]} << (8 * i);
        return value;
    }

    ByteReader in_;
};

/// What an entry says of itself, at its data and once more in the directory.
struct Claim {
    std::uint16_t flags = 0;
    std::uint16_t method = 0;
    std::uint32_t crc = 0;
    std::uint32_t packed_bytes = 0;
    std::uint32_t size_bytes = 0;
    std::uint16_t name_bytes = 0;
    std::uint16_t extra_bytes = 0;

    bool says_the_same_as(const Claim& other) const {
        return flags == other.flags && method == other.method && crc == other.crc &&
               packed_bytes == other.packed_bytes && size_bytes == other.size_bytes &&
               name_bytes == other.name_bytes;
    }

    static Claim read(Fields& in) {
        Claim claim;
        claim.flags = in.u16();
        claim.method = in.u16();
        in.raw(4);  // when it was changed
        claim.crc = in.u32();
        claim.packed_bytes = in.u32();
        claim.size_bytes = in.u32();
        claim.name_bytes = in.u16();
        claim.extra_bytes = in.u16();
        return claim;
    }
};

std::optional<std::string> find_name_fault(std::string_view name) {
    if (name == kManifestName) return std::nullopt;
    std::string_view digits = name;
    if (digits.ends_with(".db")) digits.remove_suffix(3);
    const bool is_ours = !digits.empty() && std::ranges::all_of(digits, [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    });
    if (is_ours && name.size() <= kNameBytesMax) return std::nullopt;
    return "is not a name that a backup has";
}

std::optional<std::string> find_kind_fault(std::uint16_t made_by, std::uint32_t attributes) {
    if ((attributes & kDosFolder) != 0) return "is a folder";
    const auto system = made_by >> 8;
    if (system != 3 && system != 19) return std::nullopt;  // neither says what kind of file
    const std::uint32_t kind = (attributes >> 16) & S_IFMT;
    if (kind == 0 || kind == S_IFREG) return std::nullopt;
    if (kind == S_IFLNK) return "is a symbolic link";
    if (kind == S_IFDIR) return "is a folder";
    return "is a device, a pipe or a socket";
}

/// Times and owners are passed over; links, larger numbers, other names are not.
std::optional<std::string> find_extra_fault(ByteView extra) {
    Fields in(extra);
    while (in.remaining() > 0) {
        const std::uint16_t kind = in.u16();
        in.raw(in.u16());
        if (in.failed()) return "has a damaged extra field";
        if (kind != 0x5455 && kind != 0x7875) return "has an extra field that a backup has not";
    }
    return std::nullopt;
}

class Outline {
  public:
    Outline(const ReadAt& read, std::uint64_t size_bytes) : read_(read), size_(size_bytes) {}

    Result<std::vector<ArchiveMember>> look() {
        if (Status status = find_directory(); !status) return status.error();
        SATCHEL_TRY(directory, read_(directory_at_, directory_bytes_));
        Fields in(directory);
        for (std::size_t i = 0; i < count_; ++i)
            if (Status status = add(in); !status) return status.error();
        if (is_too_long_ || in.remaining() != 0)
            return damaged("its directory is longer than its entries");
        if (next_ != directory_at_) return damaged("bytes lie between its entries");
        if (!names_.contains(std::string(kManifestName))) return damaged("it has no manifest");
        if (plain_bytes_ > kSmallPlainBytes && plain_bytes_ / kRatioMax > size_)
            return Error{ErrorCode::too_large,
                         "read an archive of backups: it inflates to " +
                             std::to_string(plain_bytes_) + " bytes from " + std::to_string(size_)};
        return std::move(members_);
    }

  private:
    Status find_directory() {
        if (size_ > kArchiveBytesMax)
            return Error{ErrorCode::too_large, "read an archive of backups: it is over 4 GiB"};
        if (size_ < kEndBytes) return damaged("it is cut short");
        SATCHEL_TRY(end, read_(size_ - kEndBytes, kEndBytes));
        Fields in(end);
        if (in.u32() != kEndMark) return damaged("it is cut short, or something follows its end");
        const std::uint32_t disks = in.u32();
        const std::uint16_t here = in.u16();
        count_ = in.u16();
        directory_bytes_ = in.u32();
        directory_at_ = in.u32();
        const std::uint16_t comment_bytes = in.u16();
        if (count_ > kMembersMax)
            return Error{ErrorCode::too_large,
                         "read an archive of backups: it claims more than " +
                             std::to_string(kMembersMax) + " entries"};
        if (disks != 0 || here != count_ || comment_bytes != 0)
            return damaged("its end says what an archive of backups does not");
        const std::size_t bytes_max =
            count_ * (kDirectoryEntryBytes + kNameBytesMax + kExtraBytesMax);
        // A longer directory is looked at as far as it may go: there lies the name that is refused.
        if (std::uint64_t{directory_at_} + directory_bytes_ + kEndBytes != size_)
            return damaged("its directory is not where its end says");
        is_too_long_ = directory_bytes_ > bytes_max;
        directory_bytes_ = static_cast<std::uint32_t>(
            std::min<std::uint64_t>(directory_bytes_, bytes_max + UINT16_MAX));
        return ok();
    }

    Status add(Fields& in) {
        const std::uint32_t mark = in.u32();
        const std::uint16_t made_by = in.u16();
        in.raw(2);  // version needed: said by the method
        const Claim claim = Claim::read(in);
        const std::uint16_t comment_bytes = in.u16();
        const std::uint16_t disk = in.u16();
        in.raw(2);  // text or not
        const std::uint32_t attributes = in.u32();
        const std::uint32_t at = in.u32();
        const ByteView name_bytes = in.raw(claim.name_bytes);
        const ByteView extra = in.raw(claim.extra_bytes);
        if (in.failed() || mark != kDirectoryMark) return damaged("its directory is damaged");
        const std::string name(as_text(name_bytes));
        if (auto fault = find_name_fault(name)) return refusal(name, *fault);
        if (auto fault = find_kind_fault(made_by, attributes)) return refusal(name, *fault);
        if (auto fault = find_claim_fault(claim)) return refusal(name, *fault);
        if (auto fault = find_extra_fault(extra)) return refusal(name, *fault);
        if (comment_bytes != 0 || disk != 0 || extra.size() > kExtraBytesMax)
            return refusal(name, "says what an entry of a backup does not");
        if (!names_.insert(name).second) return refusal(name, "is there twice");
        if (name == kManifestName && claim.size_bytes > kManifestBytesMax)
            return Error{ErrorCode::too_large,
                         "read an archive of backups: its manifest is too long"};
        plain_bytes_ += claim.size_bytes;
        if (plain_bytes_ > kArchiveBytesMax)
            return Error{ErrorCode::too_large, "read an archive of backups: it holds over 4 GiB"};
        members_.push_back({name, claim.size_bytes, claim.crc});
        return compare(name, claim, at);
    }

    static std::optional<std::string> find_claim_fault(const Claim& claim) {
        if ((claim.flags & 1) != 0) return "is encrypted";
        if ((claim.flags & ~kFlagsAllowed) != 0) return "is packed in a way that a backup is not";
        if (claim.method != kStored && claim.method != kDeflated)
            return "is packed in a way that a backup is not";
        if (claim.packed_bytes == kSeeZip64 || claim.size_bytes == kSeeZip64)
            return "is larger than a backup may be";
        if (claim.method == kStored && claim.packed_bytes != claim.size_bytes)
            return "is stored with two sizes";
        return std::nullopt;
    }

    /// What stands before the entry's data must say what the directory says.
    Status compare(const std::string& name, const Claim& claim, std::uint32_t at) {
        if (at != next_) return mismatch(name, "does not follow the one before it");
        if (at + kEntryBytes + name.size() > directory_at_)
            return mismatch(name, "reaches into the directory");
        SATCHEL_TRY(head, read_(at, kEntryBytes + name.size()));
        Fields in(head);
        const std::uint32_t mark = in.u32();
        in.raw(2);
        const Claim own = Claim::read(in);
        const bool is_same = mark == kEntryMark && own.says_the_same_as(claim) &&
                             as_text(in.raw(name.size())) == name;
        if (!is_same) return mismatch(name, "says something else than the directory");
        const std::uint64_t data_at = at + head.size() + own.extra_bytes;
        next_ = data_at + claim.packed_bytes;
        if (own.extra_bytes > kExtraBytesMax || next_ > directory_at_)
            return mismatch(name, "reaches into the directory");
        if (own.extra_bytes == 0) return ok();
        SATCHEL_TRY(extra, read_(at + head.size(), own.extra_bytes));
        if (auto fault = find_extra_fault(extra)) return refusal(name, *fault);
        return ok();
    }

    const ReadAt& read_;
    std::uint64_t size_;
    std::size_t count_ = 0;
    std::uint32_t directory_at_ = 0;
    std::uint32_t directory_bytes_ = 0;
    bool is_too_long_ = false;
    std::uint64_t next_ = 0;  // where the next entry must lie
    std::uint64_t plain_bytes_ = 0;
    std::set<std::string> names_;
    std::vector<ArchiveMember> members_;
};

}  // namespace

Result<std::vector<ArchiveMember>> look_at_archive(const ReadAt& read, std::uint64_t size_bytes) {
    return Outline(read, size_bytes).look();
}

}  // namespace satchel::backup
