// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

import io.tandem.config.text.Times;
import io.tandem.node.frontend.Frontend;
import io.tandem.node.language.Arguments;
import io.tandem.node.language.Directive;
import io.tandem.node.language.Draft;
import io.tandem.node.language.Facet;
import io.tandem.node.language.FacetKey;
import io.tandem.node.language.Keyword;
import io.tandem.node.language.ProxyDraft;
import io.tandem.node.language.SectionKind;
import io.tandem.node.setup.Assembly;
import io.tandem.node.setup.Feature;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** {@code timeout …} (HAProxy manual 4.2), and the three keywords of old that say the same. */
public final class TimeoutLines implements Feature {
    private enum Limit {
        CLIENT(true, false),
        SERVER(false, true),
        CONNECT(false, true),
        HTTP_REQUEST(true, true),
        HTTP_KEEP_ALIVE(true, true),
        QUEUE(false, true),
        CHECK(false, true),
        TUNNEL(false, true),
        CLIENT_FIN(true, false),
        SERVER_FIN(false, true),
        TARPIT(true, true);

        private final boolean frontend;
        private final boolean backend;

        Limit(boolean frontend, boolean backend) {
            this.frontend = frontend;
            this.backend = backend;
        }

        String keyword() {
            return "timeout " + name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    private static final class Limits implements Facet {
        private final Map<Limit, Integer> millis = new EnumMap<>(Limit.class);

        /** What the section says itself, not its defaults. */
        private final Set<Limit> own = EnumSet.noneOf(Limit.class);

        @Override
        public Facet inherit() {
            Limits copy = new Limits();
            copy.millis.putAll(millis);
            return copy;
        }

        private int of(Limit limit) {
            return millis.getOrDefault(limit, 0);
        }

        private Timeouts timeouts() {
            return new Timeouts(
                    of(Limit.CLIENT),
                    of(Limit.SERVER),
                    of(Limit.CONNECT),
                    of(Limit.HTTP_REQUEST),
                    of(Limit.HTTP_KEEP_ALIVE),
                    of(Limit.QUEUE),
                    of(Limit.CHECK),
                    of(Limit.TUNNEL),
                    of(Limit.CLIENT_FIN),
                    of(Limit.SERVER_FIN),
                    of(Limit.TARPIT));
        }
    }

    private static final FacetKey<Limits> LIMITS = new FacetKey<>(Limits.class, Limits::new);

    @Override
    public List<Keyword<Directive>> directives() {
        List<Keyword<Directive>> all = new ArrayList<>();
        for (Limit limit : Limit.values()) {
            all.add(Keyword.directive(limit.keyword(), SectionKind.PROXIES)
                    .arguments("TIME")
                    .doc("a time limit")
                    .as((line, draft) -> apply(limit, limit.keyword(), line, draft)));
        }
        all.add(retired("clitimeout", Limit.CLIENT));
        all.add(retired("srvtimeout", Limit.SERVER));
        all.add(retired("contimeout", Limit.CONNECT));
        return all;
    }

    private static Keyword<Directive> retired(String name, Limit limit) {
        return Keyword.directive(name, SectionKind.PROXIES)
                .arguments("TIME")
                .doc("the same as " + limit.keyword())
                .retired(limit.keyword())
                .as((line, draft) -> apply(limit, name, line, draft));
    }

    private static void apply(Limit limit, String keyword, Arguments line, Draft draft) {
        if (!line.hasNext()) {
            throw line.error("'" + keyword + "' expects an integer value (in milliseconds)");
        }
        String text = line.next();
        Times time = Times.millis(text);
        switch (time.outcome()) {
            case OK -> {}
            case OVERFLOW ->
                throw line.error("timer overflow in argument '" + text + "' to '" + keyword
                        + "' (maximum value is 2147483647 ms or ~24.8 days)");
            case UNEXPECTED, MISSING ->
                throw line.error("unexpected character '" + time.character() + "' in '" + keyword + "'");
        }
        if (line.hasNext()) {
            throw line.error(
                    "'" + keyword + "' : unexpected extra argument '" + line.peek() + "' after value '" + text + "'.");
        }
        SectionKind kind = draft.kind();
        if ((kind == SectionKind.FRONTEND && !limit.frontend) || (kind == SectionKind.BACKEND && !limit.backend)) {
            line.warn("'" + keyword + "' will be ignored because " + draft + " has no "
                    + (limit.frontend ? "frontend" : "backend") + " capability");
            return;
        }
        Limits limits = draft.facet(LIMITS);
        if (!limits.own.add(limit) && kind != SectionKind.DEFAULTS) {
            line.warn("overwriting '" + keyword + "' which was already specified");
        }
        limits.millis.put(limit, (int) time.value());
    }

    @Override
    public void complete(ProxyDraft draft, Backend.Builder backend, Assembly assembly) {
        backend.timeouts = draft.facet(LIMITS).timeouts();
    }

    @Override
    public void complete(ProxyDraft draft, Frontend.Builder frontend, Assembly assembly) {
        frontend.timeouts = draft.facet(LIMITS).timeouts();
    }
}
