// The spellings that g++ 12 compiles rightly where their neighbours are miscompiled: a condition that
// declares its variable, named values instead of a conditional operator inside an awaited expression, and
// types with constructors instead of braced aggregates in an awaited call's arguments.
#include <patchbay/testing.hpp>

#include <catch2/catch.hpp>

#include <optional>

using namespace patchbay;

namespace {

Task<bool> later(bool value) {
    co_await sleep_for(1ms);
    co_return value;
}
Task<std::optional<std::string>> next(int& left) {
    co_await sleep_for(1us);
    std::optional<std::string> message;
    if (left-- > 0) message = std::string(100, 'x');
    co_return message;
}
Task<std::string> text(std::string value) {
    co_await sleep_for(1us);
    co_return value;
}

struct Labelled {
    explicit Labelled(std::string label, int number) : name{std::move(label)}, value{number} {}
    std::string name;
    int value;
};
Task<std::string> print(Labelled what) {
    co_await sleep_for(1us);
    co_return what.name + std::to_string(what.value);
}

Task<> name_before_condition(int& reached) {
    const bool yes = co_await later(true);
    if (yes) ++reached;
}
Task<> declare_in_if(int& reached) {
    if (const bool yes = co_await later(true)) reached += yes ? 1 : 100;
    if (auto no = co_await later(false); !no) ++reached;
}
Task<> declare_in_while(int& left, std::size_t& bytes) {
    while (auto message = co_await next(left)) bytes += message->size();
}
Task<std::string> branch_instead_of_conditional(bool first) {
    std::string chosen;
    if (first) {
        chosen = co_await text(std::string(50, 'a'));
    } else {
        chosen = co_await text(std::string(50, 'b'));
    }
    co_return chosen;
}
Task<std::string> argument_chosen_before(bool first) {
    Task<std::string> choice = first ? text(std::string(50, 'a')) : text(std::string(50, 'b'));
    std::string chosen = co_await with_timeout(std::move(choice), 1h);
    co_return chosen;
}
Task<std::string> constructor_in_arguments() {
    std::string printed = co_await print(Labelled{std::string(50, 'n'), 7});
    co_return printed;
}
Task<Response> chained_response() {
    Response response =
        Response::text(co_await text("body")).header("X-A", "1").status(http::status::created);
    co_return response;
}

}  // namespace

TEST_CASE("an awaited condition is named first or declared in the condition") {
    int reached = 0;
    testing::run(name_before_condition(reached));
    testing::run(declare_in_if(reached));
    CHECK(reached == 3);
    int left = 3;
    std::size_t bytes = 0;
    testing::run(declare_in_while(left, bytes));
    CHECK(bytes == 300);
}

TEST_CASE("a choice is a branch, or made before the await") {
    CHECK(testing::run(branch_instead_of_conditional(true)) == std::string(50, 'a'));
    CHECK(testing::run(branch_instead_of_conditional(false)) == std::string(50, 'b'));
    CHECK(testing::run(argument_chosen_before(true)) == std::string(50, 'a'));
    CHECK(testing::run(argument_chosen_before(false)) == std::string(50, 'b'));
}

TEST_CASE("the SDK's vocabulary types have constructors, so they survive as arguments of awaited calls") {
    CHECK(testing::run(constructor_in_arguments()) == std::string(50, 'n') + "7");
    const Response response = testing::run(chained_response());
    CHECK(response.status() == http::status::created);
    CHECK(response.body() == "body");
}
