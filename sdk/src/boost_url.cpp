// Boost.URL's definitions, so that its headers are all that libpatchbay needs of it.
#include <boost/url/src.hpp>
