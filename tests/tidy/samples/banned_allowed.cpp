// Real processes are waited for with a pause between looks.
void wait() {
    std::this_thread::sleep_for(limit);
}
// as: tests/integration/good.cpp
// reports: nothing
