// What two test plugins share: a value that one attaches to a request and the other reads.
#pragma once

#include <string>
#include <utility>

namespace guard {

struct User {
    explicit User(std::string given) : name{std::move(given)} {}
    User(User&&) = default;
    virtual ~User() = default;
    virtual std::string greeting() const { return "I am " + name; }

    std::string name;
};

}  // namespace guard
