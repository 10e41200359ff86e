#include "plugin/retries.hpp"

#include <catch2/catch.hpp>

#include <cerrno>
#include <string>
#include <system_error>

using namespace patchbay;

namespace {

std::string words_for(int error) { return std::generic_category().message(error); }

}  // namespace

TEST_CASE("whatever the system may run short of is known by its own words") {
    for (const int shortage : {ENOSPC, EDQUOT, EMFILE, ENFILE, ENOMEM, EAGAIN}) {
        const std::string words = words_for(shortage);
        CAPTURE(words);
        CHECK(names_shortage(words));
        CHECK(names_shortage("cannot open /x/plugin.so: " + words + " · in dlopen"));
    }
    CHECK(names_shortage("its constructor failed: std::bad_alloc"));
}

TEST_CASE("what no waiting mends is no shortage") {
    for (const int failure : {EACCES, ENOENT, EROFS, EIO, EISDIR, ENOEXEC}) {
        const std::string words = words_for(failure);
        CAPTURE(words);
        CHECK_FALSE(names_shortage("cannot open /x/plugin.so: " + words));
    }
    CHECK_FALSE(names_shortage("undefined symbol: _ZN3fooEv"));
    CHECK_FALSE(names_shortage(""));
}
