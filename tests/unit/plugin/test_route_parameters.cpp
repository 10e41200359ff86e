#include "plugin/route_parameters.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace patchbay;

namespace {

std::vector<std::string> problems(const std::vector<std::string_view>& own, std::string_view bound) {
    std::vector<RouteSpec> routes;
    for (const std::string_view route : own) routes.push_back(parse_route(route).value());
    return parameter_problems(routes, RoutePattern::parse(bound).value());
}

}  // namespace

TEST_CASE("a path gives what all of a handler's own routes have, whatever else it has") {
    CHECK(problems({"GET /show/{id:int}"}, "/x/{id:int}").empty());
    CHECK(problems({"GET /show/{id:int}"}, "/{tenant}/x/{id:int}/y").empty());
    CHECK(problems({"GET /a/{one}/{two}"}, "/{two}/{one}").empty());
    CHECK(problems({"GET /users/{name}", "GET /users"}, "/me").empty());
    CHECK(problems({"GET /plain"}, "/{anything}").empty());
    CHECK(problems({}, "/nothing/is/promised").empty());
}

TEST_CASE("a parameter that a path lacks is named, and what to write") {
    CHECK(
        problems({"GET /show/{id:int}"}, "/x") ==
        std::vector<std::string>{"needs the parameter {id:int}, as in its own path \"/show/{id:int}\": write "
                                 "{id:int} as a segment of the path"});
    CHECK(
        problems({"GET /show/{id:int}"}, "/x/{key}") ==
        std::vector<std::string>{"needs the parameter {id:int}, as in its own path \"/show/{id:int}\": write "
                                 "{id:int} for {key}"});
    CHECK(problems({"/{a:uuid}/{b:path}"}, "/{x}/y") ==
          std::vector<std::string>{
              "needs the parameter {a:uuid}, as in its own path \"/{a:uuid}/{b:path}\": write {a:uuid} as a "
              "segment of the path",
              "needs the parameter {b:path}, as in its own path \"/{a:uuid}/{b:path}\": write {b:path} as a "
              "segment of the path"});
    CHECK(problems({"/{a}/{b}", "/{a}"}, "/{b}") ==
          std::vector<std::string>{"needs the parameter {a}, as in its own path \"/{a}/{b}\": write {a} as a "
                                   "segment of the path"});
}

TEST_CASE("a type is wrong only where no value fits both") {
    CHECK(problems({"/{id:int}"}, "/{id}").empty());  // those that are no numbers are answered with 400
    CHECK(problems({"/{id}"}, "/{id:int}").empty());
    CHECK(problems({"/{id:path}"}, "/{id:uuid}").empty());
    CHECK(problems({"/{id:int}"}, "/{id:uuid}") ==
          std::vector<std::string>{
              "takes {id:int}, as in its own path \"/{id:int}\", which {id:uuid} never is: write {id:int}"});
    CHECK(problems({"/{id:uuid}"}, "/{id:int}").size() == 1);
    CHECK(problems({"/{id:int}", "/by/{id:uuid}"}, "/{id:uuid}").empty());
}
