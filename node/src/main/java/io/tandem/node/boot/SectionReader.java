// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import io.tandem.config.haproxy.AddressSyntax;
import io.tandem.config.haproxy.Line;
import io.tandem.config.haproxy.ParsedConfig;
import io.tandem.config.haproxy.Section;
import io.tandem.config.text.Origin;
import io.tandem.config.text.Problem;
import io.tandem.config.text.Problems;
import io.tandem.config.text.Severity;
import io.tandem.config.text.Word;
import io.tandem.node.language.Arguments;
import io.tandem.node.language.Directive;
import io.tandem.node.language.Draft;
import io.tandem.node.language.Drafts;
import io.tandem.node.language.HeapRoom;
import io.tandem.node.language.Keyword;
import io.tandem.node.language.KnownKeywords;
import io.tandem.node.language.LineError;
import io.tandem.node.language.LoadContext;
import io.tandem.node.language.LoadOptions;
import io.tandem.node.language.SectionKind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Turns sections of words into drafts by applying each line's directive. One per load. */
final class SectionReader implements AutoCloseable {
    /** Rules whose mistakes make HAProxy stop reading; here the lines below are read all the same. */
    private static final Set<String> ABORTING = Set.of("http-request", "http-response", "http-after-response");

    /** How complaints begin in front of whose colon HAProxy leaves the blank out. */
    private static final List<String> CLOSE =
            List.of("'option' expects", "unknown stats parameter", "missing keyword in 'stats'");

    private static final Set<String> LOG_FORMATS = Set.of("log-format", "log-format-sd", "error-log-format");

    /** Lines of global whose first one counts, and how a second one is spoken of. */
    private static final Map<String, String> ONCE = Map.ofEntries(
            Map.entry("user", "user/uid"),
            Map.entry("uid", "user/uid"),
            Map.entry("group", "gid/group was"),
            Map.entry("gid", "gid/group was"),
            Map.entry("maxconn", "'maxconn'"),
            Map.entry("maxconnrate", "'maxconnrate'"),
            Map.entry("maxsessrate", "'maxsessrate'"),
            Map.entry("maxsslrate", "'maxsslrate'"),
            Map.entry("ulimit-n", "'ulimit-n'"),
            Map.entry("pidfile", "'pidfile'"),
            Map.entry("chroot", "'chroot'"));

    private final Set<String> given = new HashSet<>();
    private final LoadContext context;
    private final Timeline timeline;
    private final SectionOpener opener;
    private boolean aborted;
    private boolean stopped;
    private boolean over;
    private int applied;

    /** The drafts of words without complaints of their own, such as a test's or rendered ones. */
    static Drafts read(ParsedConfig config, Problems problems, LoadOptions options) {
        Drafts drafts = new Drafts(new Draft(SectionKind.GLOBAL, "", new Origin("", 0, 0)));
        drafts.environment(config.environment());
        LoadContext context = new LoadContext(problems, Assembler.KEYWORDS, drafts, options);
        try (SectionReader reader = new SectionReader(context, new Timeline(new Problems(), List.of(), problems))) {
            config.sections().forEach(reader::read);
            reader.finish();
            return drafts;
        }
    }

    SectionReader(LoadContext context, Timeline timeline) {
        this.context = context;
        this.timeline = timeline;
        this.opener = new SectionOpener(context);
    }

    /** Whether a mistake was found after which HAProxy reads no further. */
    boolean aborted() {
        return aborted;
    }

    /** Reads the next section; false where HAProxy reads no further, and none is to follow. */
    boolean read(Section section) {
        over = over || !readSection(section);
        return !over;
    }

    /** All sections have been read. */
    void finish() {
        if (!over) {
            timeline.finish();
        }
    }

    /** Whatever came of it: the process is where it was. */
    @Override
    public void close() {
        DefaultPath.leave(context.drafts());
    }

    private boolean readSection(Section section) {
        if (!timeline.reach(section.header().origin())) {
            aborted = true;
            return false;
        }
        SectionKind kind =
                SectionKind.valueOf(section.kind().toUpperCase(Locale.ROOT).replace('-', '_'));
        Draft draft = opener.open(kind, section);
        if (draft == null) {
            aborted = true;
            timeline.stop();
            return false;
        }
        if (opener.isRefused(kind)) {
            return timeline.reach(section.header().origin());
        }
        Line legacyBind = legacyBind(kind, section.header());
        boolean misread = opener.isMisread(kind, section.header());
        if (legacyBind != null && namesNoAddress(legacyBind)) {
            alert(legacyBind.origin(), "please use the 'bind' keyword for listening addresses.");
            misread = true;
        } else if (legacyBind != null) {
            warnOfAddress(legacyBind.origin());
            apply(legacyBind, draft);
        }
        for (Line line : section.lines()) {
            if (!timeline.reach(line.origin())) {
                aborted = true;
                return false;
            }
            if (misread) {
                alert(line.origin(), "'listen' or 'defaults' expected.");
            } else {
                apply(line, draft);
            }
            if (stopped) {
                aborted = true;
                timeline.stop();
                return false;
            }
        }
        return true;
    }

    /** {@code frontend NAME addr:port …}, gone since 1.9: a bind line. */
    private @Nullable Line legacyBind(SectionKind kind, Line header) {
        boolean takesAddresses = kind == SectionKind.FRONTEND || kind == SectionKind.LISTEN;
        if (!takesAddresses || header.size() < 3 || (header.text(2).equals("from") && header.size() > 3)) {
            return null;
        }
        Origin origin = header.origin();
        List<Word> words = new ArrayList<>();
        words.add(new Word("bind", origin));
        words.addAll(header.words().subList(2, header.size()));
        return new Line(words);
    }

    private void warnOfAddress(Origin origin) {
        context.problems()
                .warning(
                        origin,
                        at(origin) + " : an address behind the name is retired. Please use the 'bind' keyword for"
                                + " listening addresses.");
    }

    private boolean namesNoAddress(Line bind) {
        return AddressSyntax.listening(context.options().environment()).parseList(bind.text(1)).stream()
                .anyMatch(result -> result.error() != null);
    }

    private void apply(Line written, Draft draft) {
        if (++applied % HeapRoom.LINES == 0) {
            HeapRoom.check("the configuration");
        }
        boolean ofProxy = SectionKind.PROXIES.contains(draft.kind());
        String lacking = ofProxy ? LegacyLines.complaint(written) : null;
        if (lacking != null) {
            alert(written.origin(), lacking);
            return;
        }
        List<Line> modern = ofProxy ? LegacyLines.modern(written) : List.of();
        if (modern.isEmpty()) {
            applyModern(written, draft);
            return;
        }
        Line first = modern.get(0);
        context.problems()
                .warning(
                        written.origin(),
                        at(written.origin()) + " : the '" + written.keyword() + "' directive is retired. Use '"
                                + first.keyword() + " " + first.text(1) + "' instead.");
        modern.forEach(line -> applyModern(line, draft));
    }

    private void applyModern(Line line, Draft draft) {
        boolean prefixed = line.keyword().equals("no") || line.keyword().equals("default");
        int first = prefixed ? 1 : 0;
        int words = 2;
        Keyword<Directive> keyword = line.size() > first + 1
                ? context.keywords().directive(line.text(first) + " " + line.text(first + 1), draft.kind())
                : null;
        if (keyword == null || !keyword.sections().contains(draft.kind())) {
            Keyword<Directive> single = context.keywords().directive(line.text(first), draft.kind());
            if (keyword == null || (single != null && single.sections().contains(draft.kind()))) {
                words = 1;
                keyword = single;
            }
        }
        boolean negated = prefixed;
        if (prefixed
                && (keyword == null || !keyword.negatable() || line.keyword().equals("default"))) {
            boolean option = line.text(1).equals("option");
            if (!option || !line.text(2).isEmpty()) {
                alertClose(line.origin(), UnknownWords.negation(line));
            }
            if (option && !line.text(2).isEmpty()) {
                return;
            }
            negated = false; // HAProxy reads on as if the word were not there
        }
        if (keyword != null && isOfTheOtherSide(keyword, draft.kind())) {
            warnOfTheOtherSide(line, keyword.name(), draft);
            return;
        }
        if (keyword == null || !keyword.sections().contains(draft.kind())) {
            alert(line.origin(), new UnknownWords(context.keywords(), draft.kind()).complaint(line, first));
            stopped = draft.kind() == SectionKind.LOG_FORWARD; // where HAProxy reads no further
            return;
        }
        if (keyword.most() >= 0 && line.size() > first + words + keyword.most()) {
            String extra = line.text(first + words + keyword.most());
            alert(line.origin(), "'" + line.text(first) + "' cannot handle unexpected argument '" + extra + "'.");
            return;
        }
        String once = draft.kind() == SectionKind.GLOBAL ? ONCE.get(keyword.name()) : null;
        boolean again = once != null && given.contains(once);
        if (once != null && line.size() > first + words && !isNought(line.text(first + words))) {
            given.add(once);
        }
        if (again) {
            context.problems()
                    .add(new Problem(
                            Severity.REPROACH,
                            line.origin(),
                            at(line.origin()) + " : " + once + " already specified. Continuing.",
                            null));
            return;
        }
        Arguments arguments = new Arguments(line, first + words, negated, context);
        if (keyword.standing() == Keyword.Standing.REFUSED) {
            alert(line.origin(), KnownKeywords.notSupported(keyword.name()) + ": " + sentence(keyword.hint()));
            return;
        }
        if (keyword.standing() == Keyword.Standing.RETIRED) {
            arguments.warn("the '" + keyword.name() + "' directive is retired. Use '" + keyword.hint() + "' instead.");
        }
        try {
            keyword.meaning().apply(arguments, draft);
            if (keyword.standing() == Keyword.Standing.NO_EFFECT && !opener.isWithoutEffect(draft.kind())) {
                arguments.warn("'" + keyword.name() + "' has no effect: " + sentence(keyword.hint()));
            }
            arguments.end();
        } catch (LineError error) {
            context.problems().alert(error.origin(), error.message());
            aborted |= ABORTING.contains(line.keyword());
        }
    }

    /** Nought, which root's numbers are too, counts as not given. */
    private static boolean isNought(String word) {
        return word.equals("0") || word.equals("root");
    }

    private static String sentence(@Nullable String reason) {
        return reason == null || reason.endsWith(".") ? String.valueOf(reason) : reason + ".";
    }

    /** A setting of frontends in a backend, or the reverse: means nothing there and does no harm. */
    private static boolean isOfTheOtherSide(Keyword<Directive> keyword, SectionKind kind) {
        return !keyword.sections().contains(kind)
                && keyword.sections().contains(SectionKind.LISTEN)
                && (kind == SectionKind.FRONTEND || kind == SectionKind.BACKEND);
    }

    private void warnOfTheOtherSide(Line line, String name, Draft draft) {
        String word = name.startsWith("option ") ? name.substring("option ".length()) : name;
        String side = draft.kind() == SectionKind.BACKEND ? "frontend" : "backend";
        String text = LOG_FORMATS.contains(word)
                ? draft + " : '" + word + "' directive is ignored in backends."
                : "'" + word + "' ignored because " + draft + " has no " + side + " capability.";
        context.problems().warning(line.origin(), at(line.origin()) + " : " + text);
    }

    private void alert(Origin origin, String text) {
        boolean close = text.endsWith(UnknownWords.OF_USERS) || CLOSE.stream().anyMatch(text::startsWith);
        context.problems().alert(origin, at(origin) + (close ? ": " : " : ") + text);
    }

    /** The same without the blank in front of the colon. */
    private void alertClose(Origin origin, String text) {
        context.problems().alert(origin, at(origin) + ": " + text);
    }

    private static String at(Origin origin) {
        return "parsing [" + origin.file() + ":" + origin.line() + "]";
    }
}
