// The plugin's class: notes over HTTP as JSON. Checks what callers send and turns the store's answers and
// errors into responses; all handlers are blocking, since SQLite is.
#pragma once

#include "note_store.hpp"

#include <patchbay/plugin.hpp>

namespace notes {

class Notes final : public patchbay::Plugin {
public:
    explicit Notes(const patchbay::Settings& settings);

    void add_handlers(patchbay::Handlers& handlers) override;
    void start() override;

private:
    patchbay::Response list(patchbay::Request& request);
    patchbay::Response get(patchbay::Request& request);
    patchbay::Response create(patchbay::Request& request);
    patchbay::Response update(patchbay::Request& request);
    patchbay::Response remove(patchbay::Request& request);
    patchbay::Response import(patchbay::Request& request);

    /// A note as callers send it; notes what is wrong in the reader.
    Draft read_draft(const patchbay::JsonReader& in) const;

    const std::string file_;
    const std::size_t max_text_;    // bytes
    const std::size_t max_import_;  // notes
    NoteStore store_;
};

}  // namespace notes
