# hbr_embed(SOURCES_VARIABLE NAMESPACE::NAME FILE): a file's bytes as part of the program.
#
# Appends a source to the variable that defines `extern const std::string_view NAME` in the namespace; whoever uses it
# declares it. Run as a script (cmake -P) it writes that source.
if(NOT CMAKE_SCRIPT_MODE_FILE)
    set(hbr_embed_script "${CMAKE_CURRENT_LIST_FILE}")
    function(hbr_embed sources symbol file)
        string(MAKE_C_IDENTIFIER "${symbol}" stem)
        set(output "${CMAKE_CURRENT_BINARY_DIR}/embedded_${stem}.cpp")
        get_filename_component(input "${file}" ABSOLUTE)
        add_custom_command(
            OUTPUT "${output}"
            COMMAND "${CMAKE_COMMAND}" "-Dsymbol=${symbol}" "-Dinput=${input}" "-Doutput=${output}" -P
                    "${hbr_embed_script}"
            DEPENDS "${input}" "${hbr_embed_script}"
            VERBATIM)
        set(${sources} ${${sources}} "${output}" PARENT_SCOPE)
    endfunction()
    return()
endif()

string(REGEX MATCH "^(.*)::([^:]+)$" matched "${symbol}")
set(namespace "${CMAKE_MATCH_1}")
set(name "${CMAKE_MATCH_2}")
file(READ "${input}" bytes HEX)
string(REGEX REPLACE "(................................)" "\\1\n" bytes "${bytes}")
# No string: the standard promises 65,536 characters of one, and compilers warn beyond.
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1', " bytes "${bytes}")
string(REGEX REPLACE "([^\n]+)\n?" "    \\1\n" bytes "${bytes}")
get_filename_component(file "${input}" NAME)
file(SIZE "${input}" size)
file(WRITE "${output}" "// ${file}, as cmake/embed.cmake writes it.
#include <string_view>

namespace ${namespace} {
static const char bytes[] = {
${bytes}    '\\0'};
extern const std::string_view ${name};
const std::string_view ${name}(bytes, ${size});
}  // namespace ${namespace}
")
