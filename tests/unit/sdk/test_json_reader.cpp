#include "request_fixture.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace patchbay;
using nlohmann::json;
using test::refusal;
using test::RequestFixture;

namespace {

struct Line {
    std::string item;
    unsigned count = 0;
};

struct Order {
    std::string customer;
    std::optional<double> discount;
    bool express = false;
    std::vector<Line> lines;
    std::vector<std::string> tags;
};

Line read_line(const JsonReader& in) {
    in.only({"item", "count"});
    return {in.require<std::string>("item", {1, 20}), in.get("count", 1u, {1, 100})};
}

Order read_order(const JsonReader& in) {
    Order order{.customer = in.require<std::string>("customer.name"),
                .discount = in.find<double>("discount", {.min = 0, .max = 0.5}),
                .express = in.get("express", false),
                .lines = {},
                .tags = in.at("tags").list<std::string>({.max = 3}, {.max = 5})};
    for (const JsonReader& line : in.at("lines").items({1, 3})) order.lines.push_back(read_line(line));
    return order;
}

struct Fixture : RequestFixture {
    // What the caller would see.
    template <class Read>
    json answer(std::string_view body, Read read) {
        data.body = body;
        try {
            request.read_json(read);
        } catch (const HttpError& error) {
            return json::parse(problem(error).body());
        }
        return "no error";
    }
    template <class Read>
    std::string errors(std::string_view body, Read read) {
        const json problem = answer(body, read);
        if (!problem.is_object() || !problem.contains("errors")) return problem.dump();
        CHECK(problem.at("status") == 422);
        std::string text;
        for (const json& error : problem.at("errors")) {
            text += text.empty() ? "" : "; ";
            text += error.at("pointer").get<std::string>() + " " + error.at("detail").get<std::string>();
        }
        return text;
    }
    template <class T>
    std::string wrong(std::string_view value, JsonLimitsOf<T> limits = {}) {
        const std::string body = R"({"v": )" + std::string{value} + "}";
        return errors(body, [&](const JsonReader& in) { return in.require<T>("v", limits); });
    }
    template <class T>
    T right(std::string_view value, JsonLimitsOf<T> limits = {}) {
        const std::string body = R"({"v": )" + std::string{value} + "}";
        data.body = body;
        return request.read_json([&](const JsonReader& in) { return in.require<T>("v", limits); });
    }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "a document becomes a plugin's own types") {
    data.body = R"({"customer": {"name": "Ada"}, "discount": 0.25, "tags": ["a", "b"],
                    "lines": [{"item": "tea", "count": 3}, {"item": "pot"}]})";
    const Order order = request.read_json(read_order);
    CHECK(order.customer == "Ada");
    CHECK(order.discount == 0.25);
    CHECK_FALSE(order.express);
    CHECK(order.tags == std::vector<std::string>{"a", "b"});
    REQUIRE(order.lines.size() == 2);
    CHECK(order.lines[0].count == 3);
    CHECK(order.lines[1].item == "pot");
    CHECK(order.lines[1].count == 1);
}

TEST_CASE_METHOD(Fixture, "every mistake is reported at once, with its place") {
    const json problem = answer(R"({"customer": {"name": 7}, "discount": 0.75, "express": "yes",
        "tags": ["ok", "too long", null], "lines": [{"count": 0}, {"item": "", "colour": "red"}, 5]})",
                                read_order);
    CHECK(problem.at("status") == 422);
    CHECK(problem.at("title") == "Unprocessable Entity");
    CHECK(problem.at("detail") == "/customer/name must be a string; and 9 more");
    CHECK(problem.at("errors") == json::parse(R"([
        {"pointer": "/customer/name", "detail": "must be a string"},
        {"pointer": "/discount", "detail": "must be from 0.0 to 0.5"},
        {"pointer": "/express", "detail": "must be true or false"},
        {"pointer": "/tags/1", "detail": "must be at most 5 bytes long"},
        {"pointer": "/tags/2", "detail": "must be a string"},
        {"pointer": "/lines/0/item", "detail": "is missing"},
        {"pointer": "/lines/0/count", "detail": "must be from 1 to 100"},
        {"pointer": "/lines/1/colour", "detail": "is unknown"},
        {"pointer": "/lines/1/item", "detail": "must be from 1 to 20 bytes long"},
        {"pointer": "/lines/2", "detail": "must be an object"}])"));
}

TEST_CASE_METHOD(Fixture, "what is absent: nothing, the default, or a mistake") {
    CHECK(errors("{}", read_order) == "/customer/name is missing; /lines is missing");
    CHECK(errors(R"({"customer": null, "discount": null, "express": null, "tags": null, "lines": null})",
                 read_order) == "/customer/name is missing; /lines must be a list");
    CHECK(errors(R"({"customer": "Ada", "lines": {}})", read_order) ==
          "/customer must be an object; /lines must be a list");
    CHECK(errors(R"({"customer": {"name": null}, "lines": []})", read_order) ==
          "/customer/name must be a string; /lines must have from 1 to 3 elements");
}

TEST_CASE_METHOD(Fixture, "a body that is no object is one mistake") {
    const auto body = GENERATE(as<std::string_view>{}, "[]", "null", "7", "\"x\"", "[{}]");
    CHECK(answer(body, read_order).at("detail") == "the body must be an object");
    CHECK(answer(body, read_order).at("errors").size() == 1);
    CHECK(answer(body, read_order).at("errors")[0].at("pointer") == "");
}

TEST_CASE_METHOD(Fixture, "a body may be a list") {
    const auto read = [](const JsonReader& in) { return in.list<int>({1, 2}); };
    data.body = "[1, 2]";
    CHECK(request.read_json(read) == std::vector<int>{1, 2});
    CHECK(errors("[]", read) == " must have from 1 to 2 elements");
    CHECK(errors("[1,2,3]", read) == " must have from 1 to 2 elements");
    CHECK(errors("{}", read) == " must be a list");
    CHECK(errors("null", read) == " must be a list");
    CHECK(errors("[1, \"2\"]", read) == "/1 must be a whole number");
    CHECK(errors("null", [](const JsonReader& in) { return in.list<int>(); }) == " must be a list");
}

TEST_CASE_METHOD(Fixture, "numbers must have the type, the width and the range") {
    CHECK(right<int>("-5") == -5);
    CHECK(right<std::uint64_t>("18446744073709551615") == 18446744073709551615u);
    CHECK(right<std::int64_t>("-9223372036854775808") == std::numeric_limits<std::int64_t>::min());
    CHECK(right<double>("7") == 7.0);
    CHECK(right<float>("0.5") == 0.5f);
    CHECK(right<bool>("true"));
    const auto no_integer = GENERATE(as<std::string>{}, "1.5", "5.0", "1e3", "\"5\"", "true", "null", "[]",
                                     "{}", "18446744073709551616");
    CHECK(wrong<int>(no_integer) == "/v must be a whole number");
    CHECK(wrong<std::uint64_t>(no_integer) == "/v must be a whole number");
    CHECK(wrong<double>("\"5\"") == "/v must be a number");
    CHECK(wrong<double>("true") == "/v must be a number");
    CHECK(wrong<bool>("1") == "/v must be true or false");
    CHECK(wrong<bool>("null") == "/v must be true or false");
    CHECK(wrong<std::uint8_t>("256") == "/v must be from 0 to 255");
    CHECK(wrong<unsigned>("-1") == "/v must be from 0 to 4294967295");
    CHECK(wrong<std::uint64_t>("-1") == "/v must be at least 0");
    CHECK(wrong<std::int8_t>("-129") == "/v must be from -128 to 127");
    CHECK(wrong<std::int64_t>("9223372036854775808") ==
          "/v must be from -9223372036854775808 to 9223372036854775807");
    CHECK(wrong<float>("1e39") != "no error");
}

TEST_CASE_METHOD(Fixture, "limits are inclusive, of values and of lengths") {
    CHECK(right<int>("1", {1, 3}) == 1);
    CHECK(right<int>("3", {1, 3}) == 3);
    CHECK(wrong<int>("0", {1, 3}) == "/v must be from 1 to 3");
    CHECK(wrong<int>("4", {1, 3}) == "/v must be from 1 to 3");
    CHECK(wrong<std::int64_t>("4", {.max = 3}) == "/v must be at most 3");
    CHECK(wrong<std::uint64_t>("0", {.min = 1}) == "/v must be at least 1");
    CHECK(wrong<double>("-0.5", {.min = 0}) == "/v must be at least 0.0");
    CHECK(right<std::string>(R"("\u00fc")", {2, 2}) == "ü");
    CHECK(wrong<std::string>(R"("")", {.min = 1}) == "/v must be at least 1 byte long");
    CHECK(wrong<std::string>(R"("\u00fc")", {.max = 1}) == "/v must be at most 1 byte long");
    CHECK(wrong<std::string>(R"("\u00fc")", {.min = 11}) == "/v must be at least 11 bytes long");
    CHECK(wrong<std::string>("5") == "/v must be a string");
    CHECK(errors("[]", [](const JsonReader& in) { return in.list<int>({.min = 1}); }) ==
          " must have at least 1 element");
}

TEST_CASE_METHOD(Fixture, "pointers escape names; member() takes a name as it is") {
    const auto read = [](const JsonReader& in) {
        in.member("a.b/c~d").as<int>();
        in.at("x").member("y.z").fail("is odd");
        in.at("x.y").fail("is odd");
        return in.member("ok.too").as<int>();
    };
    CHECK(errors(R"({"a.b/c~d": "", "ok.too": 1})", read) ==
          "/a.b~1c~0d must be a whole number; /x/y.z is odd; /x/y is odd");
}

TEST_CASE_METHOD(Fixture, "a plugin's own checks add to the list; the first mistake of a place counts") {
    const auto read = [](const JsonReader& in) {
        const int from = in.require<int>("from"), to = in.require<int>("to");
        if (to <= from) in.at("to").fail("must come after from");
        if (in.at("note").present()) in.at("note").fail("is not for today");
        in.fail("is wrong as a whole");
    };
    CHECK(errors(R"({"from": 3, "to": 2, "note": null})", read) ==
          "/to must come after from;  is wrong as a whole");
    CHECK(errors(R"({"from": 3, "to": "x", "note": 1})", read) ==
          "/to must be a whole number; /note is not for today;  is wrong as a whole");
}

TEST_CASE_METHOD(Fixture, "an answer reports twenty mistakes at most") {
    std::string body = "[";
    for (int i = 0; i < 100'000; ++i) body += "\"x\",";
    body += "1]";
    const json problem = answer(body, [](const JsonReader& in) { return in.list<int>(); });
    CHECK(problem.at("errors").size() == 20);
    CHECK(problem.at("errors")[19].at("pointer") == "/19");
}

TEST_CASE_METHOD(Fixture, "what a reading function throws is the answer") {
    data.body = "{}";
    const auto read = [](const JsonReader& in) {
        in.require<int>("a");
        throw HttpError{http::status::conflict, "Taken."};
    };
    CHECK(refusal([&] { request.read_json(read); }) == "409 Taken.");
}

TEST_CASE_METHOD(Fixture, "the value as it is") {
    data.body = R"({"a": [1, {"b": null}]})";
    request.read_json([](const JsonReader& in) {
        CHECK(in.at("a").json() == json::parse(R"([1, {"b": null}])"));
        CHECK(in.at("a").items()[1].at("b").json().is_null());
        CHECK(in.at("none").json().is_null());
        CHECK_FALSE(in.at("none.of.it").present());
    });
}

TEST_CASE_METHOD(Fixture, "malformed JSON is a 400 with line and column") {
    const auto place = [&](std::string_view body) {
        data.body = body;
        return refusal([&] { request.json(); });
    };
    const std::string mistake = "400 the body is not JSON: the mistake is at ";
    CHECK(place("") == mistake + "line 1, column 1");
    CHECK(place("{\"a\": ]") == mistake + "line 1, column 7");
    CHECK(place("{\n  \"a\": 1,\n  b\n}") == mistake + "line 3, column 3");
    CHECK(place("\n\n[1,") == mistake + "line 3, column 4");
    CHECK(place("[1] x") == mistake + "line 1, column 5");
    CHECK(place("\"\xff\"") == mistake + "line 1, column 2");
    CHECK(place("{'a': 1}") == mistake + "line 1, column 2");
    CHECK(place("1e999") == "400 the body is JSON with a number that is too large");
}

TEST_CASE_METHOD(Fixture, "nesting has a limit, and what is in strings is not nested") {
    const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
    const std::string deepest = nested(256);
    data.body = deepest;
    CHECK(request.json().dump() == deepest);
    const std::string too_deep =
        "400 the body is JSON that nests deeper than 256 levels at line 1, column 257";
    const auto body = GENERATE_COPY(nested(257), std::string(1 << 20, '['), std::string(256, '[') + "{");
    data.body = body;
    CHECK(refusal([&] { request.json(); }) == too_deep);
    const std::string flat = "[\"" + std::string(1000, '[') + "\\\"" + std::string(1000, '{') + "\"," +
                             std::string(300, '1') + "]";
    data.body = flat;
    CHECK_NOTHROW(request.json().size());
    const std::string wide = "[" + std::string(1000, ' ') + "[],[],[]" + "]";
    data.body = wide;
    CHECK(request.json().size() == 3);
}

TEST_CASE_METHOD(Fixture, "a body that says it is something else is no JSON; one that says nothing may be") {
    data.body = "{}";
    CHECK_NOTHROW(request.json().size());
    SECTION("JSON") {
        header("Content-Type", GENERATE("application/json", "Application/JSON; charset=utf-8",
                                        "application/merge-patch+json"));
        CHECK(request.json().is_object());
    }
    SECTION("another type") {
        header("Content-Type",
               GENERATE("text/plain", "application/x-www-form-urlencoded", "application/jsonp"));
        CHECK_THAT(refusal([&] { request.json(); }),
                   Catch::StartsWith("415 the body must be application/json, not"));
        CHECK_THAT(refusal([&] { request.read_json(read_order); }), Catch::StartsWith("415 "));
    }
}

TEST_CASE_METHOD(Fixture, "a hundred thousand members of one name are one member") {
    std::string body = "{";
    for (int i = 0; i < 100'000; ++i) body += "\"name\": 1, ";
    body += "\"name\": 2}";
    data.body = body;
    CHECK(request.json().size() == 1);
    CHECK(request.read_json([](const JsonReader& in) { return in.require<int>("name"); }) == 2);
}
