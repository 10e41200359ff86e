// Symbol visibility of libpatchbay. Plugins are built with hidden visibility, so what must be one and the
// same object in the host and in every plugin (type_info, thread state, services) carries PATCHBAY_API.
#pragma once

#define PATCHBAY_API __attribute__((visibility("default")))
