// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http.h2;

import io.tandem.node.language.Arguments;
import io.tandem.node.language.Directive;
import io.tandem.node.language.Draft;
import io.tandem.node.language.Keyword;
import io.tandem.node.language.SectionKind;
import io.tandem.node.setup.Feature;
import java.util.List;
import java.util.function.ObjIntConsumer;

/** {@code tune.h2.*} (HAProxy manual 3.2); those with {@code fe} or {@code be} in their names are of later versions. */
public final class Http2Lines implements Feature {
    @Override
    public List<Keyword<Directive>> directives() {
        return List.of(
                Keyword.directive("h2-workaround-bogus-websocket-clients", SectionKind.GLOBAL)
                        .doc("does not tell clients that WebSockets may use HTTP/2")
                        .most(0)
                        .as((line, draft) -> draft.facet(Http2Tuning.KEY).announcesWebSockets = false),
                line("tune.h2.header-table-size", 4096, 65_536, "bytes of the header table", (t, n) -> {
                    t.headerTableSize = n;
                }),
                line("tune.h2.initial-window-size", 0, Integer.MAX_VALUE, "bytes a peer may send ahead", (t, n) -> {
                    t.initialWindow = n;
                }),
                line("tune.h2.fe.initial-window-size", 0, Integer.MAX_VALUE, "the same for clients", (t, n) -> {
                    t.clients.initialWindow = n;
                }),
                line("tune.h2.be.initial-window-size", 0, Integer.MAX_VALUE, "the same for servers", (t, n) -> {
                    t.servers.initialWindow = n;
                }),
                line(
                        "tune.h2.max-concurrent-streams",
                        0,
                        Integer.MAX_VALUE,
                        "streams open at once, 0 for no limit",
                        (t, n) -> {
                            t.maxStreams = n;
                        }),
                line("tune.h2.fe.max-concurrent-streams", 0, Integer.MAX_VALUE, "the same for clients", (t, n) -> {
                    t.clients.maxStreams = n;
                }),
                line("tune.h2.be.max-concurrent-streams", 0, Integer.MAX_VALUE, "the same for servers", (t, n) -> {
                    t.servers.maxStreams = n;
                }),
                line(
                        "tune.h2.max-frame-size",
                        16_384,
                        16_777_215,
                        "the longest frame accepted, bytes",
                        (t, n) -> t.maxFrameSize = n),
                line(
                        "tune.h2.fe.max-total-streams",
                        0,
                        Integer.MAX_VALUE,
                        "after how many streams a client's connection ends gracefully, 0 for no limit",
                        (t, n) -> t.clients.maxTotalStreams = n),
                line(
                        "tune.h2.fe.glitches-threshold",
                        0,
                        Integer.MAX_VALUE,
                        "after how many oddities a client's connection ends, 0 for no limit",
                        (t, n) -> t.clients.glitchesThreshold = n),
                line(
                        "tune.h2.be.glitches-threshold",
                        0,
                        Integer.MAX_VALUE,
                        "after how many oddities a server's connection ends, 0 for no limit",
                        (t, n) -> t.servers.glitchesThreshold = n));
    }

    private static Keyword<Directive> line(
            String name, int least, int most, String doc, ObjIntConsumer<Http2Tuning> setting) {
        return Keyword.directive(name, SectionKind.GLOBAL)
                .arguments("NUMBER")
                .doc(doc)
                .as((line, draft) -> apply(name, least, most, line, draft, setting));
    }

    private static void apply(
            String name, int least, int most, Arguments line, Draft draft, ObjIntConsumer<Http2Tuning> setting) {
        int number = line.hasNext() ? line.leadingInteger() : Integer.MIN_VALUE;
        if (number < least || number > most) {
            throw line.error(
                    most == Integer.MAX_VALUE
                            ? "'" + name + "' expects a positive numeric value."
                            : "'" + name + "' expects a numeric value between " + least + " and " + most + ".");
        }
        setting.accept(draft.facet(Http2Tuning.KEY), number);
        line.noMore(name);
    }
}
