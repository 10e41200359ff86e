// Which function an address lies in, for messages. The dynamic linker can't tell, since a plugin hides its
// symbols; the file's symbol table can, unless it was stripped. Any thread; reads the file each time.
#pragma once

#include <cstdint>
#include <string>

namespace patchbay {

/// "Greeter::poll() (greeter.so+0x1a2b)", without the name where there is none, for an address in a mapped
/// library. What follows the plus is what addr2line takes.
std::string symbol_name(std::uintptr_t address);

}  // namespace patchbay
