// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.content;

import io.tandem.node.backend.Backend;
import io.tandem.node.content.bandwidth.BandwidthFilter;
import io.tandem.node.content.bandwidth.BandwidthLines;
import io.tandem.node.content.cache.CacheLines;
import io.tandem.node.content.compression.CompressionLines;
import io.tandem.node.frontend.Frontend;
import io.tandem.node.language.Arguments;
import io.tandem.node.language.Directive;
import io.tandem.node.language.Draft;
import io.tandem.node.language.Facet;
import io.tandem.node.language.FacetKey;
import io.tandem.node.language.Keyword;
import io.tandem.node.language.KnownKeywords;
import io.tandem.node.language.ProxyDraft;
import io.tandem.node.language.SectionKind;
import io.tandem.node.setup.Assembly;
import io.tandem.node.setup.Feature;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code filter} (HAProxy manual 9). The order of filters is always HAProxy's own for cache and compression; lines that ask for
 * another are refused as HAProxy refuses them.
 */
public final class FilterLines implements Feature {
    private static final String NAMES = "    [CACHE] cache\n    [COMP] compression\n    [FCGI] fcgi-app\n"
            + "    [  OT] opentracing\n    [SPOE] spoe\n    [TRACE] trace\n";

    /** Those that are not refused, as {@code -dKflt} lists them. */
    private static final List<String> OFFERED =
            List.of("bwlim-in [BWLIM]", "bwlim-out [BWLIM]", "cache [CACHE]", "compression [COMP]", "trace [TRACE]");

    private static final Set<String> TRACE_WORDS = Set.of("random-parsing", "random-forwarding", "hexdump", "quiet");

    /** One line: which filter, and the cache it is for or the name it has. */
    private record Declared(String kind, String name) {
        boolean isOther() {
            return !kind.equals("cache") && !kind.equals("compression");
        }
    }

    private static final class Settings implements Facet {
        private final List<Declared> filters = new ArrayList<>();
        /** Caches that lines name, in their order. */
        private final Set<String> caches = new LinkedHashSet<>();
        /** By their names. */
        private final Map<String, BandwidthLines.Parsed> limits = new LinkedHashMap<>();

        private boolean checked;

        @Override
        public Facet inherit() {
            Settings copy = new Settings(); // filters are not allowed in defaults
            copy.caches.addAll(caches);
            return copy;
        }

        int indexOf(Declared filter) {
            return filters.indexOf(filter);
        }
    }

    private static final FacetKey<Settings> SETTINGS = new FacetKey<>(Settings.class, Settings::new);
    private static final Declared COMPRESSION = new Declared("compression", "");

    private static final Keyword<Directive> FILTER = Keyword.directive("filter", SectionKind.PROXIES)
            .arguments("{bwlim-in|bwlim-out <name> …|cache <name>|compression|trace}")
            .doc("says which filters a proxy has, and in which order")
            .as(FilterLines::filter);

    @Override
    public List<Keyword<Directive>> directives() {
        return List.of(FILTER);
    }

    /** The names of the filters and what HAProxy calls their parsers. */
    public static List<String> offered() {
        return OFFERED;
    }

    private static void filter(Arguments line, Draft draft) {
        if (draft.kind() == SectionKind.DEFAULTS) {
            throw line.errorPlacedTwice("filter is not allowed in a 'default' section.");
        }
        if (!line.hasNext()) {
            throw line.errorPlacedTwice("missing argument for 'filter' in " + ((ProxyDraft) draft).described() + ".");
        }
        Settings settings = draft.facet(SETTINGS);
        String kind = line.next();
        switch (kind) {
            case "compression" -> {
                if (settings.indexOf(COMPRESSION) >= 0) {
                    throw line.error("'filter' : '" + draft.name() + ": Proxy supports only one compression filter\n'");
                }
                settings.filters.add(COMPRESSION);
            }
            case "cache" -> cache(line, draft, settings);
            case "trace" -> trace(line, settings);
            case "bwlim-in", "bwlim-out" -> limit(line, (ProxyDraft) draft, settings, kind);
            case "fcgi-app", "opentracing", "spoe" -> throw line.error(KnownKeywords.notSupported("filter " + kind));
            default -> throw line.error("'filter' : unknown keyword '" + kind + "'. Registered keywords :\n" + NAMES);
        }
        if (line.hasNext()) {
            throw line.error("'filter " + kind + "' : unknown keyword '" + line.peek() + "'.");
        }
    }

    private static void cache(Arguments line, Draft draft, Settings settings) {
        if (!line.hasNext()) {
            throw line.error("'filter' : 'cache : expects a <name> argument'");
        }
        Declared filter = new Declared("cache", line.next());
        if (settings.indexOf(filter) >= 0) {
            throw line.error("'filter' : '" + draft.name() + ": multiple explicit declarations of the cache filter '"
                    + filter.name() + "''");
        }
        settings.filters.add(filter);
        settings.caches.add(filter.name());
    }

    private static void limit(Arguments line, ProxyDraft draft, Settings settings, String kind) {
        BandwidthLines.Parsed limit = BandwidthLines.parse(line, draft, kind.equals("bwlim-in"));
        String name = limit.filter().name();
        if (settings.limits.putIfAbsent(name, limit) != null) {
            throw line.error("'filter " + kind + "' : there is a bandwidth limitation filter '" + name + "' already.");
        }
        settings.filters.add(new Declared(kind, name));
    }

    /** The bandwidth limitation filter of that name; null where the proxy has none. */
    public static @Nullable BandwidthFilter bandwidth(Draft draft, String name) {
        BandwidthLines.Parsed limit = draft.facet(SETTINGS).limits.get(name);
        return limit == null ? null : limit.filter();
    }

    private static void trace(Arguments line, Settings settings) {
        while (line.hasNext()) {
            if (line.accept("name")) {
                if (!line.hasNext()) {
                    throw line.error("'filter' : ''trace' : 'name' option without value'");
                }
                line.next();
            } else if (TRACE_WORDS.contains(line.peek())) {
                line.next();
            } else {
                break;
            }
        }
        if (!line.hasNext()) {
            line.warn(
                    "'filter trace' has no effect: it shows the steps of HAProxy's own filters, which are not there.");
        }
        settings.filters.add(new Declared("trace", ""));
    }

    /** A rule of the section names a cache. */
    public static void namesCache(Draft draft, String name) {
        draft.facet(SETTINGS).caches.add(name);
    }

    @Override
    public void complete(ProxyDraft draft, Backend.Builder backend, Assembly assembly) {
        check(draft, assembly);
    }

    @Override
    public void complete(ProxyDraft draft, Frontend.Builder frontend, Assembly assembly) {
        check(draft, assembly);
    }

    /** Whether the filters are in an order that can be had. Once for a proxy, however many sides it has. */
    private static void check(ProxyDraft draft, Assembly assembly) {
        Settings settings = draft.facet(SETTINGS);
        if (settings.checked) {
            return;
        }
        settings.checked = true;
        int compression = settings.indexOf(COMPRESSION);
        boolean others = settings.filters.stream().anyMatch(Declared::isOther);
        settings.limits.forEach((name, limit) -> {
            int index = settings.indexOf(new Declared(limit.filter().kind(), name));
            limit.complete(draft, compression >= 0 && compression < index, assembly);
        });
        if (CompressionLines.isUsedIn(draft)) {
            boolean cacheBehind = compression >= 0
                    && settings.filters.subList(compression, settings.filters.size()).stream()
                            .anyMatch(filter -> filter.kind().equals("cache"));
            if (cacheBehind) {
                alert(draft, "unable to enable the compression filter before any cache filter.", assembly);
            } else if (compression < 0 && others) {
                alert(draft, "require an explicit filter declaration to use HTTP compression", assembly);
            }
        }
        for (String cache : settings.caches) {
            int index = settings.indexOf(new Declared("cache", cache));
            if (CacheLines.cache(assembly.drafts(), cache) == null) {
                alert(draft, "unable to find the cache '" + cache + "' referenced by the filter 'cache'.", assembly);
            } else if (index >= 0 && compression >= 0 && compression < index) {
                alert(draft, "unable to enable the compression filter before the cache '" + cache + "'.", assembly);
            } else if (index < 0 && others) {
                alert(draft, "require an explicit filter declaration to use the cache '" + cache + "'.", assembly);
            }
        }
    }

    private static void alert(ProxyDraft draft, String text, Assembly assembly) {
        assembly.problems().alert(draft.origin(), "config: " + draft.described() + ": " + text);
    }
}
