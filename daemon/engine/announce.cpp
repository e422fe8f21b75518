// Telling the workspace what a source's tables and columns are called.
#include "daemon/engine/capture.h"
#include "daemon/engine/step.h"

namespace satchel::engine {

namespace {

/// Names travel inside ciphertext: source, table, then columns in the order of their ids.
core::Op schema_op(const store::Collection& collection) {
    core::Op op;
    op.kind = core::OpKind::schema;
    op.collection = collection.id;
    op.names = {collection.source, collection.name};
    for (const auto& [id, name] : collection.columns) {
        op.columns.push_back({id, core::Value()});
        op.names.push_back(name);
    }
    return op;
}

}  // namespace

Status announce(Step& step, LogWriter& log, const SourceSlot& slot) {
    for (const sources::CollectionInfo& info : slot.source->collections()) {
        store::Collection described;
        described.id = info.id;
        described.lane = slot.declaration.lane;
        described.source = slot.declaration.name;
        described.name = info.name;
        for (const auto* columns : {&info.columns, &info.seeds})
            for (const sources::ColumnInfo& column : *columns)
                described.columns.emplace(column.id, column.name);
        SATCHEL_TRY(is_news, step.ledger.learn(step.transaction, described));
        if (is_news) log.append(schema_op(described));
    }
    return ok();
}

}  // namespace satchel::engine
