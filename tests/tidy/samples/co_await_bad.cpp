// Each of these is freed twice, or does not compile, with g++ 12.
asio::awaitable<void> bad(std::string name) {
    co_await send(Request{.name = name});
    co_await run([name] { use(name); });
    co_await run([=] { use(name); });
    co_await run([n = std::move(name)] { use(n); });
    co_await send({1, 2, 3});
    auto a = ready ? co_await fetch(name) : name;
    SATCHEL_CO_TRY(b, co_await fetch(std::string{}));
    co_await fetch(ready ? name : other);
}
// as: daemon/engine/bad.cpp
// reports: co_await 8
