// All of these are fine: names, moves, literals, lambdas by reference; co_await in a comment {}.
asio::awaitable<Result<int>> good(std::string name) {
    const Request request{.name = name};
    co_await send(request);
    co_await run([&] { use(std::string{name}); return ready ? 1 : 2; });
    co_await run([this, &name]() mutable -> int { return use(name[0]); });
    if (auto reply = co_await fetch(std::move(name)); !reply) {
        co_return reply.error();
    }
    for (auto part : co_await parts(values[index])) {
        keep(part);
    }
    while (co_await next()) {
    }
    const bool ready = co_await ask("is it { ready } ?", 3);
    co_await both(first(name), [&](int x) { return Pair{x, 1}; });
    const int size = ready ? 1 : 2;
    co_return size;
}
// as: daemon/engine/good.cpp
// reports: nothing
