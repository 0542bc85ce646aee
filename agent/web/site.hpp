// SPDX-License-Identifier: Apache-2.0
// site.hpp: what a request is answered with, whoever brought it over which socket.
#pragma once

#include <functional>
#include <optional>
#include <span>

#include "agent/api/request.hpp"
#include "agent/web/host_rules.hpp"
#include "agent/web/http_message.hpp"
#include "agent/web/logon.hpp"
#include "agent/web/page_files.hpp"
#include "agent/web/peer.hpp"

namespace web {

using ApiHandler = std::function<api::Answer(const api::Request&)>;

/// Judges each request: its method, the host that it names, the page that it comes from, its token, its
/// session; then hands it on to the page's files, to Logon, or to the API. Thread-safe, if the handler is.
class Site final {
public:
    /// `logon` is not owned and outlives this.
    Site(ApiHandler handler, std::span<const PageFile> files, HostRules hosts, Logon& logon);

    /// Whether a request with a large body may send it: hosts, origins, sessions and tokens are in the head.
    [[nodiscard]] std::optional<Refusal> judgeHead(const HttpRequest& head, const Peer& peer) noexcept;

    /// Never throws: what fails is an answer of its own.
    [[nodiscard]] HttpResponse answer(const HttpRequest& request, const Peer& peer) noexcept;

private:
    [[nodiscard]] HttpResponse handOn(const HttpRequest& request, api::Request& asked);
    [[nodiscard]] HttpResponse judge(const HttpRequest& request, const Peer& peer);
    [[nodiscard]] HttpResponse answerApi(const HttpRequest& request, api::Request& asked, const Peer& peer);

    const ApiHandler handler_;
    const PageFiles files_;
    const HostRules hosts_;
    Logon& logon_;
};

}  // namespace web
