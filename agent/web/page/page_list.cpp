// SPDX-License-Identifier: Apache-2.0
#include "agent/web/page/page_list.hpp"

#include <string_view>

namespace web {

// Made by cmake/embed.cmake.
extern const std::string_view kPageDocument;
extern const std::string_view kPageScript;
extern const std::string_view kPageStyle;
extern const std::string_view kPageIcon;

std::vector<PageFile> pageFiles() {
    return {{"/index.html", "text/html; charset=utf-8", kPageDocument},
            {"/page.js", "text/javascript; charset=utf-8", kPageScript},
            {"/page.css", "text/css; charset=utf-8", kPageStyle},
            {"/icon.svg", "image/svg+xml", kPageIcon}};
}

}  // namespace web
