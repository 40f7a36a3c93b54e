// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.syslog;

import io.tandem.node.frontend.Frontend;
import io.tandem.node.frontend.listen.BindFeature;
import io.tandem.node.language.Arguments;
import io.tandem.node.language.Directive;
import io.tandem.node.language.Draft;
import io.tandem.node.language.Facet;
import io.tandem.node.language.FacetKey;
import io.tandem.node.language.Keyword;
import io.tandem.node.language.Mode;
import io.tandem.node.language.SectionKind;
import io.tandem.node.loop.Tuning;
import io.tandem.node.observe.Meters;
import io.tandem.node.observe.log.LogFeature;
import io.tandem.node.setup.Assembly;
import io.tandem.node.setup.Feature;
import java.util.List;

/** {@code log-forward} sections (HAProxy manual 3.10); their {@code bind} and {@code log} lines are those of proxies. */
public final class LogForwardFeature implements Feature {
    private static final int DEFAULT_CONNECTIONS = 10;
    private static final FacetKey<Section> SECTION = new FacetKey<>(Section.class, Section::new);

    /** What a section says about its clients. */
    private static final class Section implements Facet {
        private int connections = DEFAULT_CONNECTIONS;
        private int backlog;
        private int clientTimeoutMs;

        @Override
        public Facet inherit() {
            return new Section();
        }
    }

    @Override
    public List<Keyword<Directive>> directives() {
        return List.of(
                line("maxconn", "NUMBER", "connections at once")
                        .as((line, draft) -> draft.facet(SECTION).connections = number(line)),
                line("backlog", "NUMBER", "connections the kernel may hold for it")
                        .as((line, draft) -> draft.facet(SECTION).backlog = number(line)),
                line("timeout", "client TIME", "how long a client may be silent")
                        .as(LogForwardFeature::timeout));
    }

    private static Keyword.Builder<Directive> line(String name, String arguments, String doc) {
        return Keyword.directive(name, SectionKind.LOG_FORWARD)
                .arguments(arguments)
                .doc(doc);
    }

    private static int number(Arguments line) {
        if (!line.hasNext()) {
            throw line.error("'" + line.keyword() + "' expects an integer argument.");
        }
        int number = line.leadingInteger();
        line.noMore(line.keyword());
        return Math.max(0, number);
    }

    private static void timeout(Arguments line, Draft draft) {
        String which = line.next();
        if (!which.equals("client")) {
            throw line.error("unknown keyword 'timeout " + which + "' in log-forward section.");
        }
        if (!line.hasNext()) {
            throw line.error("missing timeout client value.");
        }
        draft.facet(SECTION).clientTimeoutMs = line.millis("timeout client");
        if (line.hasNext()) {
            line.warn("'timeout client' takes one argument: '" + line.peek() + "' has no effect.");
        }
    }

    @Override
    public void completeReceivers(Assembly assembly, List<Frontend> receivers) {
        for (Draft draft : assembly.drafts().others()) {
            if (draft.kind() == SectionKind.LOG_FORWARD) {
                receivers.add(frontend(draft, assembly));
            }
        }
    }

    private static Frontend frontend(Draft draft, Assembly assembly) {
        Section section = draft.facet(SECTION);
        Frontend.Builder builder = new Frontend.Builder(0, draft.name(), Mode.TCP, new Meters(assembly.loops()));
        builder.maxConnections = section.connections;
        builder.receiver = new LogForwarder(
                LogFeature.relays(draft, assembly),
                assembly.node(),
                Tuning.of(assembly.drafts()).bufferSize(),
                section.clientTimeoutMs);
        BindFeature.complete(draft, builder, assembly);
        builder.binds.forEach(bind -> bind.backlog(section.backlog, section.connections));
        return builder.build();
    }
}
