quick=0 runs=1 here=/work/main/tests/bench root=/work/main
export LAB_PARENT=/dev/shm
. $root/tests/support/lab.sh; . $here/measure.sh
lab_begin; two_devices
for what in rows files; do
if [ $what = rows ]; then
a=$LAB/home/a/rows.db b=$LAB/Users/b/rows.db
within hub satchel-generate table $LAB/made.db --rows 100000
sqlite3 "$LAB/made.db" .schema | sqlite3 "$a"; sqlite3 "$LAB/made.db" .schema | sqlite3 "$b"
ctl laptop source add "$a" -q ; ctl desktop source add "$b" -q; settle
sqlite3 "$a" "ATTACH '$LAB/made.db' AS made; INSERT INTO entry SELECT * FROM made.entry"
else
within hub satchel-generate tree "$LAB/home/a" --files 1000 --bytes 200000000; own_trees laptop desktop
fi
perf record -q -g -F 499 -p ${DEVICE_PID[laptop]} -o /tmp/team/lab/$what-push.data >/dev/null 2>&1 & p=$!; sleep 0.3
timed push laptop; echo "$what push $took"; kill -INT $p; wait $p
perf record -q -g -F 499 -p ${DEVICE_PID[desktop]} -o /tmp/team/lab/$what-pull.data >/dev/null 2>&1 & p=$!; sleep 0.3
timed pull desktop; echo "$what pull $took $(cat $LAB/timed | head -c 300)"; kill -INT $p; wait $p
settle
done
