#!/usr/bin/env bash
# What README, docs and the manual pages tell people to type is a command there is, with options it has.
. "$(dirname "${BASH_SOURCE[0]}")/start.sh"
lab_begin
device laptop home/a
rows() { sed -n "s/^ *$1Row{\"\\([^\"]*\\)\".*/\\1/p" "$root/ctl/args/table.cpp"; }
groups=$(rows Group) known=$(rows Command; rows Group)
is_group() { grep -qxF -- "$1" <<<"$groups"; }
is_known() { grep -qxF -- "$1" <<<"$known"; }
declare -A help=()
# help_of COMMAND: kept in ${help[COMMAND]}; this is called a few hundred times for the same ones.
help_of() {
    [ -n "${help[.$1]:-}" ] && return
    local words
    read -ra words <<<"$1"
    help[.$1]=$(ctl laptop "${words[@]}" --help 2>&1; ctl laptop --help 2>&1)
}
count=0
# typed FILE LINE…: one line that begins with satchelctl
typed() {
    local file=$1 word command=''
    shift
    local -a words=("$@")
    for word in "${words[@]:1:2}"; do
        is_known "${command:+$command }$word" || break
        command="${command:+$command }$word"
    done
    case "${words[1]:-}" in '' | -*) ;; *) [ -n "$command" ] || fail "$file: there is no command: ${words[*]}" ;; esac
    # A group with a word behind it that is no verb of it.
    if is_group "$command" && [[ "${words[2]:-}" =~ ^[a-z]+$ ]]; then
        is_known "$command ${words[2]}" || [ "$command" = approve ] || fail "$file: there is no command: ${words[*]}"
    fi
    for word in "${words[@]:1}"; do
        [[ "$word" =~ ^(-[a-zA-Z]|--[a-z-]+) ]] || continue
        word=${BASH_REMATCH[1]}
        help_of "$command"
        grep -qE -- "(^|[ ,])$word([ ,=]|$)" <<<"${help[.$command]}" || fail "$file: satchelctl $command has no option $word: ${words[*]}"
    done
    count=$((count + 1))
}
while IFS=: read -r file line; do
    read -ra words <<<"$line"
    typed "$file" "${words[@]}"
done < <(
    cd "$root" || exit
    # `satchelctl …` in running text, and lines that begin with it in examples.
    grep -rhoE --with-filename '`satchelctl [^`]*`' README.md CHANGELOG.md docs --include='*.md' | tr -d '`'
    grep -rhoE --with-filename '^( {4}|\$ )?satchelctl [a-z-].*' README.md docs --include='*.md' | sed -E 's/:( {4}|\$ )/:/; s/ {2,}.*//; s/ [|>&].*//'
    grep -hoE --with-filename '^satchelctl [a-z].*' docs/man/*.? | sed 's/\\//g'
)
[ "$count" -ge 60 ] || fail "only $count commands were found"
say "$count commands"
