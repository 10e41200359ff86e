#include "support/temp_directory.hpp"

#include <patchbay/templates.hpp>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <system_error>
#include <thread>

using namespace patchbay;
using nlohmann::json;

namespace {

struct Folder {
    test::TempDirectory directory;
    std::filesystem::path root = directory.path() / "templates";

    Folder() { std::filesystem::create_directory(root); }

    void add(const std::string& file, std::string_view text) const {
        std::filesystem::create_directories((root / file).parent_path());
        test::write_file(root / file, text);
    }
    std::string problem() const {
        try {
            const Templates templates{root};
        } catch (const std::runtime_error& error) {
            return error.what();
        }
        return "no error";
    }
};

std::string rendered(std::string_view text, const json& data) {
    const Folder folder;
    folder.add("a.mustache", text);
    return Templates{folder.root}.render("a", data);
}

}  // namespace

TEST_CASE("a template is filled in, and escaped unless it says otherwise") {
    const json data{{"name", "<b>\"Ada\" & 'Bob'</b>"}};
    CHECK(rendered("Hello {{name}}!", data) ==
          "Hello &lt;b&gt;&quot;Ada&quot; &amp; &apos;Bob&apos;&lt;/b&gt;!");
    CHECK(rendered("{{{name}}} {{& name}}", data) == "<b>\"Ada\" & 'Bob'</b> <b>\"Ada\" & 'Bob'</b>");
    CHECK(rendered("{{=<% %>=}}<% name %>{{name}}", {{"name", "<"}}) == "&lt;{{name}}");
}

TEST_CASE("every kind of JSON has its text") {
    const json data{{"n", 42},    {"x", 0.5},     {"t", true},
                    {"f", false}, {"z", nullptr}, {"o", {{"p", {{"q", "deep"}}}}}};
    CHECK(rendered("{{n}},{{x}},{{t}},{{f}},{{z}},{{o}},{{missing}},{{o.p.q}}", data) ==
          "42,0.5,true,,,,,deep");
    CHECK(rendered("{{n}}", nullptr) == "");
}

TEST_CASE("sections repeat, or are left out") {
    const json data{{"rows", {{{"id", 1}}, {{"id", 2}}}},
                    {"tags", {"a", "<"}},
                    {"none", json::array()},
                    {"yes", true},
                    {"no", false},
                    {"null", nullptr},
                    {"who", {{"name", "Ada"}}}};
    CHECK(rendered("{{#rows}}[{{id}}{{yes}}]{{/rows}}", data) == "[1true][2true]");
    CHECK(rendered("{{#tags}}{{.}},{{/tags}}", data) == "a,&lt;,");
    CHECK(
        rendered("{{#yes}}1{{/yes}}{{#no}}2{{/no}}{{#null}}3{{/null}}{{#none}}4{{/none}}{{#gone}}5{{/gone}}",
                 data) == "1");
    CHECK(
        rendered("{{^yes}}1{{/yes}}{{^no}}2{{/no}}{{^null}}3{{/null}}{{^none}}4{{/none}}{{^gone}}5{{/gone}}",
                 data) == "2345");
    CHECK(rendered("{{#who}}{{name}}{{/who}}{{! a comment }}", data) == "Ada");
    CHECK(rendered("<ul>\n{{#tags}}\n<li>\n{{/tags}}\n</ul>\n", data) == "<ul>\n<li>\n<li>\n</ul>\n");
}

TEST_CASE("partials come from the folder, and never from the data") {
    const Folder folder;
    folder.add("page.mustache", "{{#items}}{{> parts/item }};{{/items}}{{>foot}}");
    folder.add("parts/item.mustache", "{{name}}{{>foot}}");
    folder.add("foot.mustache", "(c) {{year}}");
    const json data{
        {"items", {{{"name", "<"}}, {{"name", "b"}}}}, {"year", 1}, {"foot", "{{{year}}} of the data"}};
    const Templates templates{folder.root};
    CHECK(templates.render("page", data) == "&lt;(c) 1;b(c) 1;(c) 1");
    CHECK(templates.render("parts/item", {{"name", "{{year}}"}}) == "{{year}}(c) ");
    CHECK(templates.contains("parts/item"));
    CHECK_FALSE(templates.contains("item"));
    CHECK_THROWS_AS(templates.render("../page", data), std::out_of_range);
    CHECK_THROWS_WITH(templates.render("none", data), "patchbay: there is no template 'none'");
}

TEST_CASE("delimiters are a file's own") {
    const Folder folder;
    folder.add("a.mustache", "{{=<% %>=}}<%> b %>{{x}}<%x%><%={{ }}=%>{{x}}{{> b}}{{x}}");
    folder.add("b.mustache", "({{x}}{{=| |=}}|x|{{x}}|>c|)");
    folder.add("c.mustache", "{{x}}|x|{{=[ ]=}}[x]");
    const std::string b =
        "(1"
        "1{{x}}"
        "1|x|1"
        ")";
    CHECK(Templates{folder.root}.render("a", {{"x", 1}}) == b + "{{x}}11" + b + "1");
}

TEST_CASE("html() is a page") {
    const Folder folder;
    folder.add("a.mustache", "<p>{{x}}");
    const Response response = Templates{folder.root}.html("a", {{"x", "&"}});
    CHECK(response.body() == "<p>&amp;");
    CHECK(response.content_type() == "text/html; charset=utf-8");
}

TEST_CASE("what is no template is an error that names file and line") {
    const auto [text, problem] = GENERATE(
        table<std::string, std::string>({{"a\nb {{c\n", "m/a.mustache:2: Unclosed tag"},
                                         {"{{", "m/a.mustache:1: Unclosed tag"},
                                         {"\n\n{{#x}}{{/y}}", "m/a.mustache:3: Unclosed section \"x\""},
                                         {"{{#x}}", "m/a.mustache:1: Unclosed section \"x\""},
                                         {"\n{{/x}}", "m/a.mustache:2: Unopened section \"x\""},
                                         {"\n{{=x=}}", "m/a.mustache:2: Invalid set delimiter tag"},
                                         {"\n\n\n{{> none}}", "m/a.mustache:4: there is no template 'none'"},
                                         {"{{> ../m/a}}", "m/a.mustache:1: there is no template '../m/a'"},
                                         {"\n{{> m/a}}", "m/a.mustache:2: 'm/a' would include itself"}}));
    const Folder folder;
    folder.add("m/a.mustache", text);
    CHECK(folder.problem() == problem);
}

TEST_CASE("a section can't reach from one file into another, and no circle of partials is taken") {
    const Folder folder;
    folder.add("a.mustache", "{{> b}}{{/x}}");
    folder.add("b.mustache", "{{#x}}");
    CHECK(folder.problem() == "a.mustache:1: Unopened section \"x\"");
    folder.add("a.mustache", "\n{{> b}}");
    folder.add("b.mustache", "\n\n{{> a}}");
    CHECK(folder.problem() == "b.mustache:3: 'a' would include itself");
}

TEST_CASE("partials of partials can't fill the memory") {
    const Folder folder;
    folder.add("t0.mustache", "0123456789");
    for (int i = 1; i < 40; ++i) {
        const std::string tag = "{{>t" + std::to_string(i - 1) + "}}";
        folder.add("t" + std::to_string(i) + ".mustache", tag + tag);
    }
    CHECK_THAT(folder.problem(), Catch::EndsWith("the template has more than 1 MiB"));
    const Folder other;
    other.add("a.mustache", std::string((std::size_t{1} << 20U) + 1, 'x'));
    CHECK_THAT(other.problem(), Catch::EndsWith("the template has more than 1 MiB"));
}

TEST_CASE("nothing outside the folder is read") {
    const Folder folder;
    test::write_file(folder.directory.path() / "secret.mustache", "secret");
    folder.add("a.mustache", "a");
    folder.add("notes.txt", "{{no template");
    std::filesystem::create_symlink("a.mustache", folder.root / "inside.mustache");
    std::filesystem::create_directory_symlink("..", folder.root / "up");
    CHECK(Templates{folder.root}.render("inside", {}) == "a");
    CHECK_FALSE(Templates{folder.root}.contains("up/secret"));
    std::filesystem::create_symlink("../secret.mustache", folder.root / "outside.mustache");
    CHECK(folder.problem() == "outside.mustache: is no file of this folder");
}

TEST_CASE("the folder is a setting, and what is wrong with it is said at its place") {
    const Folder folder;
    folder.add("a.mustache", "a");
    const auto problem_of = [](json value) {
        const Settings settings{{{"pages", std::move(value)}}, "shop", {{"pages", "a.yaml:3:5"}}};
        try {
            const Templates templates{settings, "pages"};
        } catch (const SettingsError& error) {
            return std::string{error.what()};
        }
        return std::string{"no error"};
    };
    CHECK(problem_of(folder.root.string()) == "no error");
    CHECK_THAT(problem_of("/nowhere/at/all"),
               Catch::StartsWith("a.yaml:3:5: settings.shop.pages must be a folder of templates: "));
    CHECK_THAT(problem_of(nullptr), Catch::Contains("is missing"));
    folder.add("a.mustache", "{{x");
    CHECK_THAT(problem_of(folder.root.string()), Catch::Contains("a.mustache:1: Unclosed tag"));
    CHECK_THROWS_AS(Templates{"/nowhere/at/all"}, std::system_error);
}

TEST_CASE("templates are read once, and rendered by several threads") {
    const Folder folder;
    folder.add("a.mustache", "{{#rows}}{{.}}{{>b}}{{/rows}}");
    folder.add("b.mustache", ";");
    const Templates templates{folder.root};
    folder.add("a.mustache", "another");
    std::vector<std::string> texts(4);
    std::vector<std::thread> threads;
    for (std::string& text : texts)
        threads.emplace_back([&text, &templates] {
            for (int i = 0; i < 200; ++i) text = templates.render("a", {{"rows", {1, 2, 3}}});
        });
    for (std::thread& thread : threads) thread.join();
    CHECK(texts == std::vector<std::string>(4, "1;2;3;"));
}
