// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.ring;

import io.tandem.config.text.Origin;
import io.tandem.node.backend.BackendState;
import io.tandem.node.backend.ServerLines;
import io.tandem.node.language.Arguments;
import io.tandem.node.language.Directive;
import io.tandem.node.language.Draft;
import io.tandem.node.language.Drafts;
import io.tandem.node.language.Facet;
import io.tandem.node.language.FacetKey;
import io.tandem.node.language.Keyword;
import io.tandem.node.language.Mode;
import io.tandem.node.language.ProxyDraft;
import io.tandem.node.language.SectionKind;
import io.tandem.node.observe.log.LogTarget;
import io.tandem.node.setup.Assembly;
import io.tandem.node.setup.Feature;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code ring} sections (HAProxy manual 3.9), and the rings that {@code log tcp@…} lines imply. */
public final class RingFeature implements Feature {
    /** The ring that is always there; traces would go to it. */
    private static final Ring.Specification BUILT_IN = new Ring.Specification(
            "buf0", "in-memory ring buffer", LogTarget.Format.TIMED, Ring.DEFAULT_SIZE, 1 << 20, null);

    /** Options of its servers that nobody asks about. */
    private static final List<String> UNHEEDED = List.of("check", "agent-check", "track");

    private static final String IMPLIED_SERVER = "server";
    private static final int IMPLIED_CONNECT_MS = 1_000;
    private static final int IMPLIED_SERVER_MS = 5_000;

    private static final FacetKey<Section> SECTION = new FacetKey<>(Section.class, Section::new);
    private static final FacetKey<All> ALL = new FacetKey<>(All.class, All::new);

    /** What a section says. */
    private static final class Section implements Facet {
        private @Nullable String description;
        private LogTarget.Format format = LogTarget.Format.RAW;
        private int maxLength = Ring.DEFAULT_SIZE;
        private int size = Ring.DEFAULT_SIZE;
        private @Nullable String file;
        private int connectMs;
        private int serverMs;
        private @Nullable ProxyDraft servers;

        @Override
        public Facet inherit() {
            return new Section();
        }
    }

    /** The rings of a load; a facet of the global draft. */
    private static final class All implements Facet {
        private final Map<String, Rings.Plan> plans = new LinkedHashMap<>();
        private final List<Implied> implied = new ArrayList<>();
        private List<String> unlimited = List.of();

        @Override
        public Facet inherit() {
            return new All();
        }
    }

    /** A ring for a {@code log} line that names a server. */
    private record Implied(String name, ProxyDraft servers, Origin origin) {}

    @Override
    public List<Keyword<Directive>> directives() {
        return List.of(
                line("description", "TEXT", "what show events says about it").as(RingFeature::description),
                line("format", "iso | local | raw | rfc3164 | rfc5424 | short | priority | timed", "events' headers")
                        .as(RingFeature::format),
                line("maxlen", "BYTES", "where events are cut").as(RingFeature::maxLength),
                line("size", "BYTES", "how much it holds").as(RingFeature::size),
                line("timeout", "connect | server TIME", "time limits of its servers")
                        .as(RingFeature::timeout),
                line("server", "NAME ADDRESS:PORT [OPTION…]", "where its events are sent")
                        .as(RingFeature::server),
                line("backing-file", "PATH", "keeps its events in a file").as(RingFeature::file));
    }

    private static Keyword.Builder<Directive> line(String name, String arguments, String doc) {
        return Keyword.directive(name, SectionKind.RING).arguments(arguments).doc(doc);
    }

    private static void server(Arguments line, Draft draft) {
        for (String option : UNHEEDED) {
            if (line.line().words().stream().skip(3).anyMatch(word -> word.text()
                    .equals(option))) {
                line.warn("'" + option + "' has no effect on the server of a ring: events are sent as soon as it can be"
                        + " reached.");
            }
        }
        ServerLines.read(line, servers(draft));
    }

    private static void rest(Arguments line) {
        if (line.hasNext()) {
            line.warn("'" + line.keyword() + "' takes one argument: '" + line.peek() + "' has no effect.");
        }
    }

    private static void description(Arguments line, Draft draft) {
        draft.facet(SECTION).description =
                line.require("missing ring description text.").text();
        rest(line);
    }

    private static void format(Arguments line, Draft draft) {
        String word = line.next();
        LogTarget.Format format = LogTarget.Format.of(word);
        if (format == null) {
            throw line.error("unknown format '" + word + "'.");
        }
        draft.facet(SECTION).format = format;
        rest(line);
    }

    private static int bytes(Arguments line) {
        String word = line.next();
        int bytes = Arguments.leadingInteger(word);
        if (bytes == 0) {
            throw line.error("invalid size '" + word + "' for new sink buffer.");
        }
        rest(line);
        return bytes;
    }

    private static void maxLength(Arguments line, Draft draft) {
        int bytes = bytes(line);
        draft.facet(SECTION).maxLength = bytes < 0 ? Integer.MAX_VALUE : bytes;
    }

    private static void size(Arguments line, Draft draft) {
        Section section = draft.facet(SECTION);
        int bytes = bytes(line);
        if (section.file != null) {
            throw line.error("cannot resize an already mapped file, please specify 'size' before 'backing-file'.");
        }
        if (bytes < section.size) {
            line.warn("ignoring new size '" + Integer.toUnsignedLong(bytes) + "' that is smaller than current size '"
                    + section.size + "' for ring '" + draft.name() + "'.");
        } else {
            section.size = bytes;
        }
    }

    private static void timeout(Arguments line, Draft draft) {
        String which = line.next();
        if (!which.equals("connect") && !which.equals("server")) {
            line.warn("'timeout " + which + "' has no effect in a ring.");
            return;
        }
        if (!line.hasNext()) {
            throw line.error("'timeout " + which + "' expects <time> as argument.");
        }
        int ms = line.millis("timeout " + which);
        if (which.equals("connect")) {
            draft.facet(SECTION).connectMs = ms;
        } else {
            draft.facet(SECTION).serverMs = ms;
        }
    }

    private static void file(Arguments line, Draft draft) {
        Section section = draft.facet(SECTION);
        String path = line.next();
        if (section.file != null) {
            throw line.error(
                    "'backing-file' already specified for ring '" + draft.name() + "' (was '" + section.file + "').");
        }
        String complaint = path.isEmpty() ? "No such file or directory" : RingFile.complaint(path);
        if (complaint != null) {
            throw line.error(
                    "cannot open backing-file '" + path + "' for ring '" + draft.name() + "': " + complaint + ".");
        }
        section.file = path;
        rest(line);
    }

    private static ProxyDraft servers(Draft draft) {
        Section section = draft.facet(SECTION);
        ProxyDraft servers = section.servers;
        if (servers == null) {
            servers = new ProxyDraft(SectionKind.BACKEND, draft.name(), draft.origin());
            servers.mode(Mode.TCP);
            section.servers = servers;
        }
        return servers;
    }

    // ---- rings that log lines imply

    /**
     * The name of a ring whose events go to the server of a {@code log} line: a new one.
     *
     * @param address as written, {@code tcp@192.0.2.1:514}
     */
    public static String implied(Arguments line, String address) {
        All all = line.context().drafts().global().facet(ALL);
        String name = "ring#" + (all.implied.size() + 1);
        ProxyDraft servers = new ProxyDraft(SectionKind.BACKEND, name, line.origin());
        servers.mode(Mode.TCP);
        ServerLines.read(line, servers, IMPLIED_SERVER, address);
        all.implied.add(new Implied(name, servers, line.origin()));
        return name;
    }

    // ---- after the last line

    @Override
    public void completeGlobal(Draft global, Assembly assembly) {
        All all = global.facet(ALL);
        List<String> unlimited = new ArrayList<>();
        add(all, BUILT_IN, null, 0, 0, assembly);
        for (Draft draft : assembly.drafts().others()) {
            if (draft.kind() == SectionKind.RING) {
                Section section = draft.facet(SECTION);
                Ring.Specification specification = specification(draft, section, assembly);
                add(all, specification, section.servers, section.connectMs, section.serverMs, assembly);
                if (section.servers != null && (section.connectMs == 0 || section.serverMs == 0)) {
                    unlimited.add(draft.name());
                }
            }
        }
        for (Implied implied : all.implied) {
            Ring.Specification specification = new Ring.Specification(
                    implied.name(),
                    "created from logserver declared into '" + implied.origin().file() + "' at line "
                            + implied.origin().line(),
                    null,
                    Ring.DEFAULT_SIZE,
                    Ring.DEFAULT_SIZE,
                    null);
            add(all, specification, implied.servers(), IMPLIED_CONNECT_MS, IMPLIED_SERVER_MS, assembly);
        }
        all.unlimited = unlimited;
        List<Rings.Plan> plans = List.copyOf(all.plans.values());
        assembly.onCommit(
                () -> assembly.node().rings().use(plans, assembly.node().events()));
    }

    private static void add(
            All all,
            Ring.Specification specification,
            @Nullable ProxyDraft servers,
            int connectMs,
            int serverMs,
            Assembly assembly) {
        List<RingSender.Line> lines = new ArrayList<>();
        if (servers != null) {
            for (ServerLines.OfRing server :
                    ServerLines.build(servers, new BackendState(System.currentTimeMillis()), assembly)) {
                lines.add(new RingSender.Line(server.server(), server.countsOctets()));
            }
        }
        Ring ring = assembly.node().rings().like(specification);
        all.plans.put(specification.name(), new Rings.Plan(ring, lines, connectMs, serverMs));
    }

    private static Ring.Specification specification(Draft draft, Section section, Assembly assembly) {
        int capacity = section.file == null ? section.size : RingFile.capacity(section.size);
        int maxLength = section.maxLength;
        if (maxLength > capacity) {
            if (section.maxLength != Ring.DEFAULT_SIZE || section.file == null) {
                assembly.problems()
                        .warning(
                                draft.origin(),
                                "ring '" + draft.name() + "' event max length '"
                                        + (maxLength == Integer.MAX_VALUE ? 4_294_967_295L : maxLength)
                                        + "' exceeds size, forced to size '" + capacity + "'.");
            }
            maxLength = capacity;
        }
        return new Ring.Specification(
                draft.name(),
                section.description == null ? draft.name() : section.description,
                section.format,
                maxLength,
                section.size,
                section.file);
    }

    /** The ring of that name in the configuration that is built, or null. */
    public static @Nullable Ring ring(String name, Assembly assembly) {
        Rings.Plan plan = assembly.drafts().global().facet(ALL).plans.get(name);
        return plan == null ? null : plan.ring();
    }

    /** The rings whose servers could be waited for in vain for ever. */
    public static List<String> unlimited(Drafts drafts) {
        return drafts.global().facet(ALL).unlimited;
    }

    /**
     * Opens the files of rings, which may take rights that the process is about to give up.
     *
     * @throws IOException if one cannot be had
     */
    public static void openFiles(Drafts drafts) throws IOException {
        for (Rings.Plan plan : drafts.global().facet(ALL).plans.values()) {
            plan.ring().open();
        }
    }
}
