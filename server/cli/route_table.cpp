#include "cli/route_table.hpp"

#include "log/escaping.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

namespace patchbay {
namespace {

enum Column : std::size_t { methods, pattern, handler, kind, filters, where, column_count };
using Row = std::array<std::string, column_count>;

// A directory or the configuration may be called what a terminal obeys.
std::string printable_text(std::string_view text) {
    std::string out;
    append_escaped(out, text);
    return out;
}

Row row_of(const PlannedRoute& route) {
    return {route.methods == MethodSet::all() ? "*" : route.methods.to_string(),
            printable_text(route.pattern),
            printable_text(route.handler),
            std::string{route.kind},
            route.filters,
            printable_text(route.where)};
}

}  // namespace

std::string route_table(const std::vector<PlannedRoute>& routes) {
    std::vector<Row> rows{{"METHOD", "PATTERN", "HANDLER", "KIND", "FILTERS", "WHERE"}};
    for (const PlannedRoute& route : routes) rows.push_back(row_of(route));
    const bool has_filters = std::any_of(routes.begin(), routes.end(),
                                         [](const PlannedRoute& route) { return !route.filters.empty(); });
    std::array<std::size_t, column_count> widths{};
    for (const Row& row : rows)
        for (std::size_t column = 0; column < column_count; ++column)
            widths[column] = std::max(widths[column], row[column].size());
    std::string table;
    for (const Row& row : rows) {
        for (std::size_t column = 0; column < where; ++column) {
            if (column == filters && !has_filters) continue;
            table.append(row[column]).append(widths[column] + 2 - row[column].size(), ' ');
        }
        table.append(row[where]).append("\n");
    }
    return table;
}

}  // namespace patchbay
