#include "http/file_answer.hpp"
#include "support/temp_directory.hpp"

#include <catch2/catch.hpp>

#include <fcntl.h>
#include <sys/stat.h>

using namespace patchbay;
using http::field;
using http::status;

namespace {

constexpr std::string_view modified = "Sun, 06 Nov 1994 08:49:37 GMT";

class SampleFile {
public:
    SampleFile() {
        test::write_file(path(), "0123456789");
        const timespec times[2] = {{784'111'777, 0}, {784'111'777, 5}};
        REQUIRE(::utimensat(AT_FDCWD, path().c_str(), times, 0) == 0);
    }

    Response response() const { return Response::file(File::open(path())); }
    std::string etag() const { return std::string{*ask({}).head.find_header("ETag")}; }

    FileAnswer ask(std::vector<HeaderField> headers, http::verb method = http::verb::get) const {
        detail::RequestData request;
        request.method = method;
        request.headers = headers;
        return answer_with_file(response(), request);
    }

    std::filesystem::path path() const { return directory_.path() / "sample.txt"; }

private:
    test::TempDirectory directory_;
};

HeaderField line(field id, std::string_view value) { return {id, http::to_string(id), value}; }

}  // namespace

TEST_CASE("a file is sent whole, with what tells its versions apart") {
    const SampleFile file;
    const FileAnswer answer = file.ask({});
    CHECK(answer.head.status() == status::ok);
    CHECK(answer.head.content_type() == "text/plain; charset=utf-8");
    CHECK(answer.head.find_header("Last-Modified") == modified);
    CHECK(answer.head.find_header("Accept-Ranges") == "bytes");
    CHECK(answer.length == 10);
    REQUIRE(answer.parts.size() == 1);
    CHECK(answer.parts[0].offset == 0);
    CHECK(answer.parts[0].length == 10);
}

TEST_CASE("another state of the file has another entity tag") {
    const SampleFile file;
    const std::string before = file.etag();
    CHECK(before.size() > 4);
    CHECK(before == file.etag());
    test::write_file(file.path(), "0123456780");
    CHECK(before != file.etag());
}

TEST_CASE("a handler's own validators are kept, and count") {
    const SampleFile file;
    detail::RequestData request;
    request.method = http::verb::get;
    const std::vector<HeaderField> headers{line(field::if_none_match, "\"v7\"")};
    request.headers = headers;
    const Response response = file.response().header("ETag", "\"v7\"");
    CHECK(answer_with_file(response, request).head.status() == status::not_modified);
}

TEST_CASE("an entity tag that the client has is answered by 304 without a body") {
    const SampleFile file;
    const std::string etag = file.etag();
    for (const std::string& value :
         {etag, "W/" + etag, std::string{"*"}, "\"x\", " + etag, "\"a,b\" ," + etag, ",," + etag}) {
        INFO(value);
        const FileAnswer answer = file.ask({line(field::if_none_match, value)});
        CHECK(answer.head.status() == status::not_modified);
        CHECK(answer.head.find_header("ETag") == etag);
        CHECK(answer.parts.empty());
    }
    CHECK(file.ask({line(field::if_none_match, etag)}, http::verb::head).head.status() ==
          status::not_modified);
    for (const std::string& value : {std::string{"\"other\""}, etag.substr(1), std::string{}}) {
        INFO(value);
        CHECK(file.ask({line(field::if_none_match, value)}).head.status() == status::ok);
    }
}

TEST_CASE("If-None-Match makes If-Modified-Since void") {
    const SampleFile file;
    CHECK(file.ask({line(field::if_none_match, "\"x\""), line(field::if_modified_since, modified)})
              .head.status() == status::ok);
}

TEST_CASE("dates count to the second") {
    const SampleFile file;
    const auto since = [&](std::string_view date) {
        return file.ask({line(field::if_modified_since, date)}).head.status();
    };
    CHECK(since(modified) == status::not_modified);
    CHECK(since("Sun, 06 Nov 1994 08:49:38 GMT") == status::not_modified);
    CHECK(since("Sun, 06 Nov 1994 08:49:36 GMT") == status::ok);
    CHECK(since("yesterday") == status::ok);
    const auto unmodified_since = [&](std::string_view date) {
        return file.ask({line(field::if_unmodified_since, date)}).head.status();
    };
    CHECK(unmodified_since(modified) == status::ok);
    CHECK(unmodified_since("Sun, 06 Nov 1994 08:49:36 GMT") == status::precondition_failed);
    CHECK(unmodified_since("yesterday") == status::ok);
}

TEST_CASE("If-Match is compared strongly, and fails with 412") {
    const SampleFile file;
    const std::string etag = file.etag();
    CHECK(file.ask({line(field::if_match, etag)}).head.status() == status::ok);
    CHECK(file.ask({line(field::if_match, "*")}).head.status() == status::ok);
    CHECK(file.ask({line(field::if_match, "W/" + etag)}).head.status() == status::precondition_failed);
    const FileAnswer refused = file.ask({line(field::if_match, "\"other\"")});
    CHECK(refused.head.status() == status::precondition_failed);
    CHECK(refused.length == refused.head.body().size());
    CHECK_FALSE(refused.head.file());
}

TEST_CASE("a refusal has what filters have added, and nothing that is the file's") {
    const SampleFile file;
    const auto refused = [&](field id, std::string_view value) {
        detail::RequestData request;
        request.method = http::verb::get;
        const std::vector<HeaderField> headers{line(id, value)};
        request.headers = headers;
        return answer_with_file(file.response()
                                    .header("ETag", "\"v7\"")
                                    .header("Content-Encoding", "gzip")
                                    .header("Content-Security-Policy", "default-src 'self'")
                                    .header("Cache-Control", "public, max-age=600")
                                    .header("cache-control", "No-Store")
                                    .header("Expires", "Sun, 06 Nov 2044 08:49:37 GMT")
                                    .header("Set-Cookie", "a=1")
                                    .header("Set-Cookie", "b=2")
                                    .vary("Origin"),
                                request)
            .head;
    };
    const std::string carried =
        "Content-Security-Policy: default-src 'self'\r\ncache-control: No-Store\r\n"
        "Set-Cookie: a=1\r\nSet-Cookie: b=2\r\nVary: Origin\r\n";
    for (const Response& response :
         {refused(field::if_match, "\"other\""), refused(field::range, "bytes=10-")}) {
        INFO(response.header_lines());
        CHECK(response.header_lines().ends_with(carried));
        CHECK(response.content_type() == "application/problem+json");
        CHECK_FALSE(response.find_header("Content-Encoding"));
        CHECK_FALSE(response.find_header("Expires"));
        CHECK_FALSE(response.find_header("Last-Modified"));
    }
    CHECK(refused(field::if_match, "\"other\"").find_header("ETag") == "\"v7\"");
}

TEST_CASE("one range is a part") {
    const SampleFile file;
    const FileAnswer answer = file.ask({line(field::range, "bytes=2-4")});
    CHECK(answer.head.status() == status::partial_content);
    CHECK(answer.head.find_header("Content-Range") == "bytes 2-4/10");
    CHECK(answer.length == 3);
    REQUIRE(answer.parts.size() == 1);
    CHECK(answer.parts[0].offset == 2);
    CHECK(answer.parts[0].length == 3);
}

TEST_CASE("several ranges are the parts of one multipart body") {
    const SampleFile file;
    const FileAnswer answer = file.ask({line(field::range, "bytes=0-0,-1")});
    CHECK(answer.head.status() == status::partial_content);
    CHECK_FALSE(answer.head.find_header("Content-Range"));
    const std::string type{answer.head.content_type()};
    const std::string prefix = "multipart/byteranges; boundary=";
    REQUIRE(type.starts_with(prefix));
    const std::string boundary = "--" + type.substr(prefix.size());
    REQUIRE(answer.parts.size() == 3);
    CHECK(answer.parts[0].text == boundary +
                                      "\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Range: bytes "
                                      "0-0/10\r\n\r\n");
    CHECK(answer.parts[1].text == "\r\n" + boundary +
                                      "\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Range: bytes "
                                      "9-9/10\r\n\r\n");
    CHECK(answer.parts[2].text == "\r\n" + boundary + "--\r\n");
    CHECK(answer.length ==
          answer.parts[0].text.size() + answer.parts[1].text.size() + answer.parts[2].text.size() + 2);
}

TEST_CASE("a range outside the file is refused with its size") {
    const SampleFile file;
    const FileAnswer answer = file.ask({line(field::range, "bytes=10-")});
    CHECK(answer.head.status() == status::range_not_satisfiable);
    CHECK(answer.head.find_header("Content-Range") == "bytes */10");
    CHECK_FALSE(answer.head.file());
}

TEST_CASE("ranges count for GET alone, one header of them, and the version that If-Range names") {
    const SampleFile file;
    const HeaderField range = line(field::range, "bytes=0-1");
    CHECK(file.ask({range}, http::verb::head).head.status() == status::ok);
    CHECK(file.ask({range}, http::verb::post).head.status() == status::ok);
    CHECK(file.ask({range, range}).head.status() == status::ok);
    const auto if_range = [&](std::string_view value) {
        return file.ask({range, line(field::if_range, value)}).head.status();
    };
    CHECK(if_range(file.etag()) == status::partial_content);
    CHECK(if_range("W/" + file.etag()) == status::ok);
    CHECK(if_range("\"other\"") == status::ok);
    CHECK(if_range(modified) == status::partial_content);
    CHECK(if_range("Sun, 06 Nov 1994 08:49:36 GMT") == status::ok);
}

TEST_CASE("an answer that is not 200 is sent as it is") {
    const SampleFile file;
    detail::RequestData request;
    request.method = http::verb::get;
    const std::vector<HeaderField> headers{line(field::range, "bytes=0-1"), line(field::if_none_match, "*")};
    request.headers = headers;
    const FileAnswer answer = answer_with_file(file.response().status(status::not_found), request);
    CHECK(answer.head.status() == status::not_found);
    CHECK(answer.length == 10);
}
