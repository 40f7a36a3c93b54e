// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

import static io.tandem.node.backend.ServerOptions.option;

import io.tandem.node.language.Arguments;
import io.tandem.node.language.Keyword;
import java.util.List;

/** The options of {@code server} lines by which traffic and other servers tell about health (HAProxy manual 5.2). */
final class HealthOptions {
    static final List<Keyword<ServerOption>> ALL = List.of(
            option("track", "follows the state of another server")
                    .arguments("[PROXY/]SERVER")
                    .as((line, s) -> s.follows = line.require("'track' expects [<proxy>/]<server> as argument.")
                            .text()),
            option("observe", "errors of its traffic count for its health")
                    .arguments("none | layer4 | layer7")
                    .as(HealthOptions::observe),
            option("error-limit", "how many errors in a row count, 10 by default")
                    .arguments("COUNT")
                    .as(HealthOptions::errorLimit),
            option("on-error", "what follows from them")
                    .arguments("fastinter | fail-check | sudden-death | mark-down")
                    .as(HealthOptions::onError));

    private HealthOptions() {}

    private static void observe(Arguments line, ServerSettings server) {
        String mode = line.require("'observe' expects <mode> as argument.").text();
        switch (mode) {
            case "none" -> server.observes = false;
            case "layer4", "layer7" -> {
                server.observes = true;
                server.observesResponses = mode.equals("layer7");
            }
            default -> throw line.error("'observe' expects one of 'none', 'layer4', 'layer7' but got '" + mode + "'");
        }
    }

    private static void errorLimit(Arguments line, ServerSettings server) {
        int limit = Arguments.leadingInteger(
                line.require("'error-limit' expects an integer argument.").text());
        if (limit <= 0) {
            throw line.error("error-limit has to be > 0.");
        }
        server.errorLimit = limit;
    }

    private static void onError(Arguments line, ServerSettings server) {
        String mode = line.next();
        server.onError = switch (mode) {
            case "fastinter" -> Observing.OnError.FASTINTER;
            case "fail-check" -> Observing.OnError.FAIL_CHECK;
            case "sudden-death" -> Observing.OnError.SUDDEN_DEATH;
            case "mark-down" -> Observing.OnError.MARK_DOWN;
            default ->
                throw line.error("'on-error' expects one of 'fastinter', 'fail-check', 'sudden-death' or 'mark-down'"
                        + " but got '" + mode + "'");
        };
    }
}
