// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.content.compression;

import io.tandem.node.backend.Backend;
import io.tandem.node.frontend.Frontend;
import io.tandem.node.frontend.http.Ascii;
import io.tandem.node.language.Arguments;
import io.tandem.node.language.Directive;
import io.tandem.node.language.Draft;
import io.tandem.node.language.Facet;
import io.tandem.node.language.FacetKey;
import io.tandem.node.language.Keyword;
import io.tandem.node.language.KnownKeywords;
import io.tandem.node.language.Mode;
import io.tandem.node.language.ProxyDraft;
import io.tandem.node.language.SectionKind;
import io.tandem.node.setup.Assembly;
import io.tandem.node.setup.Feature;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** {@code compression} and what limits it in the global section (HAProxy manual 4.2, 3.2). */
public final class CompressionLines implements Feature {
    private static final FacetKey<Settings> SETTINGS = new FacetKey<>(Settings.class, Settings::new);
    private static final FacetKey<Limits> LIMITS = new FacetKey<>(Limits.class, Limits::new);

    private static final class Settings implements Facet {
        /** The last of the configuration first. */
        private final List<Algorithm> algorithms = new ArrayList<>();

        private final List<byte[]> types = new ArrayList<>();
        private boolean present;
        private boolean offload;
        private long minimumBytes;

        @Override
        public Facet inherit() {
            Settings copy = new Settings();
            copy.algorithms.addAll(algorithms);
            copy.types.addAll(types);
            copy.present = present;
            copy.minimumBytes = minimumBytes;
            return copy;
        }
    }

    private static final class Limits implements Facet {
        private long bytesPerSecond;
        private int cpuPercent = CompressionLimits.ALL_CPU;
        private long maxMemory;
        private int maxLevel = 1;

        @Override
        public Facet inherit() {
            return this; // global has no defaults to inherit
        }
    }

    private static final Keyword<Directive> COMPRESSION = Keyword.directive("compression", SectionKind.PROXIES)
            .arguments("{algo <algorithm>…|type <mime type>…|offload|minsize-res <bytes>}")
            .doc("compresses responses for clients that take them so")
            .as(CompressionLines::compression);

    private static final Keyword<Directive> RATE = Keyword.directive("maxcomprate", SectionKind.GLOBAL)
            .arguments("<kilobytes>")
            .doc("how much may be compressed a second, before compression")
            .most(1)
            .as((line, draft) -> {
                if (!line.hasNext()) {
                    throw line.error("'maxcomprate' expects an integer argument in kb/s.");
                }
                draft.facet(LIMITS).bytesPerSecond = Math.max(0, line.leadingInteger()) * 1024L;
            });

    private static final Keyword<Directive> CPU = Keyword.directive("maxcompcpuusage", SectionKind.GLOBAL)
            .arguments("<percent>")
            .doc("how busy a loop may be to begin to compress a response; 100 for however busy")
            .most(1)
            .as((line, draft) -> {
                int percent = line.hasNext() ? line.leadingInteger() : -1;
                if (percent < 0 || percent > CompressionLimits.ALL_CPU) {
                    throw line.error("'maxcompcpuusage' expects an integer argument between 0 and 100.");
                }
                draft.facet(LIMITS).cpuPercent = percent;
            });

    private static final Keyword<Directive> MEMORY = Keyword.directive("maxzlibmem", SectionKind.GLOBAL)
            .arguments("<megabytes>")
            .doc("how much memory compression may take; 0 for as much as it needs")
            .most(1)
            .as((line, draft) -> {
                if (!line.hasNext()) {
                    throw line.error("'maxzlibmem' expects an integer argument.");
                }
                draft.facet(LIMITS).maxMemory = Math.max(0, line.leadingInteger()) * 1024L * 1024;
            });

    private static final Keyword<Directive> LEVEL = Keyword.directive("tune.comp.maxlevel", SectionKind.GLOBAL)
            .arguments("<level>")
            .doc("how hard to compress, 1 to 9")
            .most(1)
            .as((line, draft) -> {
                int level = line.hasNext() ? line.leadingInteger() : 0;
                if (level < 1 || level > 9) {
                    throw line.error("'tune.comp.maxlevel' expects a numeric value between 1 and 9");
                }
                draft.facet(LIMITS).maxLevel = level;
            });

    @Override
    public List<Keyword<Directive>> directives() {
        return List.of(
                COMPRESSION,
                RATE,
                CPU,
                MEMORY,
                LEVEL,
                fixed("tune.zlib.memlevel", "the memory level of the JDK's deflater is 8."),
                fixed("tune.zlib.windowsize", "the window of the JDK's deflater is 32 kB."));
    }

    private static Keyword<Directive> fixed(String name, String why) {
        return Keyword.directive(name, SectionKind.GLOBAL)
                .arguments("<number>")
                .doc("nothing")
                .noEffect(why)
                .as((line, draft) -> line.position(line.line().size()));
    }

    /** Whether the section, or its defaults, have a {@code compression} line. */
    public static boolean isUsedIn(Draft draft) {
        return draft.facet(SETTINGS).present;
    }

    private static void compression(Arguments line, Draft draft) {
        Settings settings = draft.facet(SETTINGS);
        String what = line.next();
        switch (what) {
            case "algo", "algo-res" -> algorithms(line, settings);
            case "type", "type-res" -> types(line, settings);
            case "offload" -> {
                if (draft.kind() == SectionKind.DEFAULTS) {
                    line.warn("'compression' : 'offload' ignored in 'defaults' section.");
                } else {
                    settings.offload = true;
                }
            }
            case "minsize-res" -> settings.minimumBytes = size(line);
            case "direction" -> direction(line);
            case "algo-req", "type-req", "minsize-req" ->
                line.warn("'compression " + what + "' has no effect: requests are not compressed.");
            default -> throw line.error("'compression' expects 'algo', 'type' or 'offload'");
        }
        settings.present = true;
    }

    private static void algorithms(Arguments line, Settings settings) {
        if (!line.hasNext()) {
            throw line.errorPlacedTwice("'compression' expects <algorithm>.");
        }
        while (line.hasNext()) {
            String word = line.next();
            Algorithm algorithm = Algorithm.named(word);
            if (algorithm == null) {
                throw line.error("'compression' : '" + word + "' is not a supported algorithm.");
            }
            settings.algorithms.add(0, algorithm);
        }
    }

    private static void types(Arguments line, Settings settings) {
        if (!line.hasNext()) {
            throw line.error("'compression' expects <type>.");
        }
        while (line.hasNext()) {
            settings.types.add(Ascii.bytes(line.next().toLowerCase(Locale.ROOT)));
        }
    }

    private static long size(Arguments line) {
        String word = line.next();
        if (!word.matches("[0-9]{1,9}[kmgKMG]?")) {
            throw line.error("'compression minsize-res' expects a size in bytes.");
        }
        int shift = " kmg".indexOf(Character.toLowerCase(word.charAt(word.length() - 1)));
        String digits = shift > 0 ? word.substring(0, word.length() - 1) : word;
        return Long.parseLong(digits) << 10 * Math.max(0, shift);
    }

    private static void direction(Arguments line) {
        String word = line.next();
        switch (word) {
            case "response" -> {}
            case "request", "both" -> throw line.error(KnownKeywords.notSupported("compression direction " + word));
            default -> throw line.error("'compression' : 'direction' expects 'request', 'response', or 'both'.");
        }
    }

    private static @Nullable Compression of(ProxyDraft draft) {
        Settings settings = draft.facet(SETTINGS);
        return settings.present && draft.mode() == Mode.HTTP
                ? new Compression(settings.algorithms, settings.types, settings.offload, settings.minimumBytes)
                : null;
    }

    @Override
    public void completeGlobal(Draft global, Assembly assembly) {
        Limits said = global.facet(LIMITS);
        CompressionLimits limits = assembly.node().compression();
        assembly.onCommit(() -> {
            if (said.cpuPercent < CompressionLimits.ALL_CPU) {
                LoopLoad.prepare();
            }
            limits.bytesPerSecond(said.bytesPerSecond);
            limits.cpuPercent(said.cpuPercent);
            limits.maxMemory(said.maxMemory);
            limits.maxLevel(said.maxLevel);
        });
    }

    @Override
    public void complete(ProxyDraft draft, Backend.Builder backend, Assembly assembly) {
        backend.compression = of(draft);
    }

    @Override
    public void complete(ProxyDraft draft, Frontend.Builder frontend, Assembly assembly) {
        frontend.compression = of(draft);
    }
}
