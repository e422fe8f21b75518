#!/usr/bin/env bash
# Files of real assistants, from SAMPLES (home-NAME/dot-TOOL), through two devices with different homes: every
# transcript is the same byte by byte, or but for the folders that the remap names and for secrets; a
# second cycle has nothing to say. Skipped where there are no samples.
. "$(dirname "${BASH_SOURCE[0]}")/start.sh"
samples=${SAMPLES:-$root/../shared/data/assistants}
ls -d "$samples"/home-*/dot-* >/dev/null 2>&1 || { echo "no samples in $samples"; exit 77; }
command -v python3 >/dev/null || { echo "python3, which compares the lines, is not installed"; exit 77; }
lab_begin
LAB=$(cd "$LAB" && pwd -P)
two_devices
a=${DEVICE_HOME[laptop]} b=${DEVICE_HOME[desktop]}

# Each person's home comes twice: as it is, and as if it were below the laptop's, so that folders are remapped.
names=()
for from in "$samples"/home-*/dot-*; do
    tool=${from##*/dot-}
    case "$tool" in claude | codex | gemini | copilot) ;; *) continue ;; esac
    person=${from%/dot-*} person=${person##*/home-}
    for form in as-is here; do
        name=$tool-$form-$person
        for home in "$a" "$b"; do mkdir -p "$home/$name"; done
        cp -R "$from/." "$a/$name/" && chmod -R u+rwX "$a/$name"
        [ $form = as-is ] || python3 - "$a/$name" "$a" <<'PY'
import os, re, sys
tree, home = sys.argv[1:]
slug = lambda path: re.sub(r'[^A-Za-z0-9]', '-', path)
for folder, _, files in os.walk(tree):
    for name in files:
        path = os.path.join(folder, name)
        text = open(path, 'rb').read()
        text = re.sub(rb'(?<=":")(/Users|/home)/[A-Za-z_]+(?=[/"])|(?<=": ")(/Users|/home)/[A-Za-z_]+(?=[/"])', home.encode(), text)
        open(path, 'wb').write(text)
projects = os.path.join(tree, 'projects')
for name in os.listdir(projects) if os.path.isdir(projects) else []:
    new = re.sub(r'^-(Users|home)-[A-Za-z_]+?(?=-)', slug(home), name)
    if new != name: os.rename(os.path.join(projects, name), os.path.join(projects, new))
PY
        for device in laptop desktop; do
            ctl "$device" source add "${DEVICE_HOME[$device]}/$name" --name "$name" --profile "$tool" -q || fail "source add $name on $device"
        done
        names+=("$name")
    done
done
settle
sleep 2.1
settle

python3 - "$a" "$b" "${names[@]}" <<'PY' || fail "transcripts differ in more than they may"
import json, os, re, sys
a, b, names = sys.argv[1], sys.argv[2], sys.argv[3:]
slug = lambda path: re.sub(r'[^A-Za-z0-9]', '-', path)
same = remapped = masked = lines_remapped = missing = torn = 0
wrong = []
for name in names:
    for folder, _, files in os.walk(os.path.join(a, name)):
        for file in sorted(files):
            here = os.path.join(folder, file)
            if not re.search(r'\.jsonl$', file): continue
            path = os.path.relpath(here, os.path.join(a, name))
            there = os.path.join(b, name, path)
            moved = os.path.join(b, name, path.replace('projects/' + slug(a), 'projects/' + slug(b), 1))
            if not os.path.exists(there) and os.path.exists(moved): there = moved
            if not os.path.exists(there):
                missing += 1
                print('stays:', name, path)
                continue
            left, right = open(here, 'rb').read(), open(there, 'rb').read()
            if left == right:
                same += 1
                continue
            if not left.endswith(b'\n'):
                left, torn = left[:left.rfind(b'\n') + 1], torn + 1
                if left == right: continue
            one, two = left.split(b'\n'), right.split(b'\n')
            if len(one) != len(two):
                wrong.append(f'{name}/{path}: {len(one)} and {len(two)} lines')
                continue
            was_masked = was_remapped = False
            for number, (l, r) in enumerate(zip(one, two), 1):
                if l == r: continue
                # The remap: one field at the top, the home's beginning only, nothing else of the line.
                for field in ('cwd', 'project'):
                    try: value = json.loads(l).get(field)
                    except Exception: value = None
                    if isinstance(value, str) and (value == a or value.startswith(a + '/')):
                        text = l.replace(json.dumps(value).encode(), json.dumps(b + value[len(a):]).encode(), 1)
                        if text != l: l, was_remapped, lines_remapped = text, True, lines_remapped + 1
                if l != r and len(l) == len(r) and all(x == y or y == 42 for x, y in zip(l, r)): was_masked, l = True, r
                if l != r: wrong.append(f'{name}/{path}:{number}: {l[:150]} | {r[:150]}')
            remapped += was_remapped
            masked += was_masked
print(f'{same} transcripts are the same, {remapped} but for {lines_remapped} folders, {masked} but for secrets; {torn} end in a line that waits; {missing} stay by rule')
sys.exit(bool(wrong) and (print(*wrong[:20], sep='\n') or 1) or (same + remapped < 50) or remapped < 5)
PY
for name in laptop desktop; do
    sent=$(push "$name") heard=$(pull "$name")
    [ "$(field noop <<<"$sent") $(field noop <<<"$heard")" = '1 1' ] || fail "a second cycle of $name is not a no-op: $sent $heard"
done
say "${#names[@]} trees of $(ls -d "$samples"/home-* | wc -l) people; a second cycle is a no-op"
