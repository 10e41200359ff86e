// The library that with_library.cpp needs.
const char* word_of_the_library();

const char* word_of_the_library() { return "from the library"; }
