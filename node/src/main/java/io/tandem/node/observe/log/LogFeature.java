// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.log;

import io.tandem.config.text.Origin;
import io.tandem.node.backend.Backend;
import io.tandem.node.frontend.AccessLog;
import io.tandem.node.frontend.Frontend;
import io.tandem.node.frontend.LogStep;
import io.tandem.node.language.Arguments;
import io.tandem.node.language.Directive;
import io.tandem.node.language.Draft;
import io.tandem.node.language.Keyword;
import io.tandem.node.language.Mode;
import io.tandem.node.language.ProxyDraft;
import io.tandem.node.language.SectionKind;
import io.tandem.node.observe.ring.RingFeature;
import io.tandem.node.rules.format.Format;
import io.tandem.node.rules.format.FormatParser;
import io.tandem.node.rules.sample.Place;
import io.tandem.node.rules.sample.SampleError;
import io.tandem.node.rules.sample.Site;
import io.tandem.node.setup.Assembly;
import io.tandem.node.setup.Feature;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** {@code log}, the log formats and the options about logging (HAProxy manual 3.1, 4.2 and 8). */
public final class LogFeature implements Feature {
    private static final Set<SectionKind> ANYWHERE = anywhere();

    private static final Set<SectionKind> TAGGED = tagged();

    private static Set<SectionKind> tagged() {
        Set<SectionKind> sections = EnumSet.of(SectionKind.GLOBAL);
        sections.addAll(SectionKind.PROXIES);
        return sections;
    }

    private static Set<SectionKind> anywhere() {
        Set<SectionKind> sections = EnumSet.of(SectionKind.GLOBAL, SectionKind.LOG_FORWARD);
        sections.addAll(SectionKind.PROXIES);
        return sections;
    }

    @Override
    public List<Keyword<Directive>> directives() {
        return Stream.of(lines(), LogProfiles.ALL).flatMap(List::stream).toList();
    }

    private static List<Keyword<Directive>> lines() {
        return List.of(
                Keyword.directive("log", ANYWHERE)
                        .arguments("global | <target> [len <length>] [format <format>] [sample <ranges>:<size>]"
                                + " [profile <name>] <facility> [<level> [<minlevel>]]")
                        .doc("sends log lines somewhere")
                        .negatable()
                        .as(LogFeature::log),
                Keyword.directive("log-tag", TAGGED)
                        .arguments("<text>")
                        .doc("the program's name in log lines")
                        .most(1)
                        .as((line, draft) ->
                                settings(draft).tag = line.require("'log-tag' expects a tag for use in syslog.")
                                        .text()),
                Keyword.directive("log-send-hostname", SectionKind.GLOBAL)
                        .arguments("[<name>]")
                        .doc("puts the host's name into log lines")
                        .as((line, draft) -> settings(draft).hostName = line.next()),
                Keyword.directive("log-format", SectionKind.PROXIES)
                        .arguments("<format>")
                        .doc("what an access line says")
                        .as(LogFeature::format),
                Keyword.directive("log-format-sd", SectionKind.PROXIES)
                        .arguments("<format>")
                        .doc("the structured data of access lines in RFC 5424's format")
                        .as(LogFeature::structured),
                Keyword.directive("error-log-format", SectionKind.PROXIES)
                        .arguments("<format>")
                        .doc("what the line about a connection that failed says")
                        .as(LogFeature::errorFormat),
                Keyword.directive("log-steps", SectionKind.FRONTENDS)
                        .arguments("all | <step>[,<step>…]")
                        .doc("when there are lines: accept, request, connect, response, close")
                        .most(1)
                        .as(LogFeature::steps),
                Keyword.directive("option httplog", SectionKind.PROXIES)
                        .arguments("[clf]")
                        .doc("access lines about HTTP requests")
                        .as(LogFeature::httplog),
                Keyword.directive("option httpslog", SectionKind.PROXIES)
                        .doc("access lines about HTTP requests with facts about TLS")
                        .as((line, draft) -> httpShape(line, draft, LogSettings.Shape.HTTPS)),
                Keyword.directive("option tcplog", SectionKind.PROXIES)
                        .doc("access lines about TCP sessions")
                        .as(LogFeature::tcplog),
                flag(
                        "option dontlognull",
                        "no line for a connection without a request",
                        s -> s.dontLogNull = true,
                        s -> s.dontLogNull = false),
                flag(
                        "option logasap",
                        "a line as soon as the response's head is there",
                        s -> s.asSoonAsPossible = true,
                        s -> s.asSoonAsPossible = false),
                flag(
                        "option dontlog-normal",
                        "no line for what went well",
                        s -> s.dontLogNormal = true,
                        s -> s.dontLogNormal = false),
                flag(
                        "option log-separate-errors",
                        "lines about errors have the level err",
                        s -> s.separateErrors = true,
                        s -> s.separateErrors = false));
    }

    private static Keyword<Directive> flag(
            String name, String doc, Consumer<LogSettings> on, Consumer<LogSettings> off) {
        return Keyword.directive(name, SectionKind.PROXIES).doc(doc).negatable().as((line, draft) -> {
            if (((ProxyDraft) draft).needsFrontend(line, name.substring("option ".length()), ".")) {
                line.noMore(name);
                (line.negated() ? off : on).accept(settings(draft));
            }
        });
    }

    private static LogSettings settings(Draft draft) {
        return draft.facet(LogSettings.KEY);
    }

    private static void log(Arguments line, Draft draft) {
        LogSettings settings = settings(draft);
        if (line.negated()) {
            if (line.hasNext()) {
                throw line.error("log : 'no log' does not expect arguments");
            }
            settings.targets.clear();
            settings.global = false;
        } else if (line.peek().equals("global")
                && draft.kind() != SectionKind.GLOBAL
                && line.line().size() == 2) {
            settings.global = true;
        } else {
            settings.targets.add(LogLine.read(line, draft.kind()));
        }
    }

    /** The one argument of a line with a format; null where the section is a backend, which has no access lines. */
    private static @Nullable String formatOf(Arguments line, Draft draft, String keyword) {
        String text = line.require(keyword + " expects an argument.").text();
        if (line.hasNext()) {
            throw line.error(keyword + " expects only one argument, don't forget to escape spaces!");
        }
        if (draft.kind() == SectionKind.BACKEND) {
            line.warn(draft + " : '" + keyword + "' directive is ignored in backends.");
            return null;
        }
        return text;
    }

    private static void format(Arguments line, Draft draft) {
        String text = formatOf(line, draft, "log-format");
        if (text != null) {
            overriding("log-format", line, draft);
            settings(draft).format(text, line.origin());
        }
    }

    private static void structured(Arguments line, Draft draft) {
        String text = formatOf(line, draft, "log-format-sd");
        if (text != null) {
            LogSettings settings = settings(draft);
            settings.structured = text;
            settings.structuredOrigin = line.origin();
        }
    }

    private static void errorFormat(Arguments line, Draft draft) {
        String text = formatOf(line, draft, "error-log-format");
        if (text == null) {
            return;
        }
        LogSettings settings = settings(draft);
        if (settings.errorFormatOrigin != null && !settings.errorFormatInherited) {
            overriding("error-log-format", "error-log-format", line, draft);
        }
        settings.errorFormat = text;
        settings.errorFormatOrigin = line.origin();
        settings.errorFormatInherited = false;
    }

    private static void steps(Arguments line, Draft draft) {
        String words = line.require("'log-steps' expects 'all' or a list of logging steps.")
                .text();
        int steps = 0;
        for (String word : words.split(",", -1)) {
            LogStep step = LogStep.of(word);
            if (word.equals("all")) {
                steps |= LogStep.ALL;
            } else if (step != null && step.isIn(LogStep.ALL)) {
                steps |= step.bit();
            } else {
                throw line.error("'log-steps' : unknown logging step '" + word
                        + "', expects 'all', 'accept', 'request', 'connect', 'response' or 'close'.");
            }
        }
        settings(draft).steps = steps;
    }

    /** A second format in {@code defaults} takes the place of the first. */
    private static void overriding(String keyword, Arguments line, Draft draft) {
        LogSettings settings = settings(draft);
        String earlier = settings.format != null ? "log-format" : settings.shape.title();
        if (!earlier.isEmpty()) {
            overriding(keyword, earlier, line, draft);
        }
    }

    private static void overriding(String keyword, String earlier, Arguments line, Draft draft) {
        Origin origin = line.origin();
        if (draft.kind() == SectionKind.DEFAULTS) {
            line.context()
                    .problems()
                    .warning(
                            origin,
                            "parsing [" + origin.file() + ":" + origin.line() + "]: '" + keyword
                                    + "' overrides previous '" + earlier + "' in 'defaults' section.");
        }
    }

    private static void httplog(Arguments line, Draft draft) {
        if (!line.hasNext()) {
            httpShape(line, draft, LogSettings.Shape.HTTP);
        } else if (line.accept("clf")) {
            httpShape(line, draft, LogSettings.Shape.CLF);
        } else {
            throw line.error("keyword 'httplog' only supports option 'clf'.");
        }
    }

    private static void httpShape(Arguments line, Draft draft, LogSettings.Shape shape) {
        if (draft.kind() == SectionKind.BACKEND) {
            String option = shape == LogSettings.Shape.HTTPS ? "httpslog" : "httplog";
            line.warn(draft + " : 'option " + option + "' directive is ignored in backends.");
        } else {
            shape(line, draft, shape);
        }
    }

    private static void tcplog(Arguments line, Draft draft) {
        if (line.hasNext()) {
            throw line.error("'option tcplog' cannot handle unexpected argument '" + line.peek() + "'.");
        }
        if (draft.kind() == SectionKind.BACKEND) {
            line.warn(draft + " : 'option tcplog' directive is ignored in backends.");
        } else {
            shape(line, draft, LogSettings.Shape.TCP);
        }
    }

    private static void shape(Arguments line, Draft draft, LogSettings.Shape shape) {
        LogSettings settings = settings(draft);
        // HAProxy gives httpslog the name of httplog where it replaces something
        overriding((shape == LogSettings.Shape.HTTPS ? LogSettings.Shape.HTTP : shape).title(), line, draft);
        settings.shapeOrigin = line.origin();
        settings.shape = shape;
        settings.format = null;
    }

    @Override
    public void complete(ProxyDraft draft, Backend.Builder backend, Assembly assembly) {
        backend.log = proxyLog(settings(draft), assembly);
    }

    @Override
    public void complete(ProxyDraft draft, Frontend.Builder frontend, Assembly assembly) {
        LogSettings settings = settings(draft);
        ProxyLog log = proxyLog(settings, assembly);
        AccessTargets targets = LogProfiles.targets(log, settings, draft, assembly);
        frontend.log = log;
        frontend.logSteps = settings.steps;
        LogSettings.Shape shape = shapeFor(draft, settings, assembly);
        String text = settings.format == null ? shape.format() : settings.format;
        if (log.isSilent()) {
            settings.formatIgnored = settings.format != null || shape != LogSettings.Shape.CONNECT;
            frontend.accessLog = AccessLog.NONE;
            if (settings.format != null) {
                compile(text, settings.formatOrigin, "log-format", draft, assembly); // for its mistakes
            }
        } else if (settings.format == null && shape == LogSettings.Shape.CONNECT) {
            FailureLine failures = failures(targets, draft, settings, assembly);
            frontend.accessLog = new ConnectLog(targets, failures, worded(targets, draft, settings, assembly));
        } else {
            Format format = compile(text, settings.formatOrigin, "log-format", draft, assembly);
            Format structured = structured(log, settings, draft, assembly);
            frontend.accessLog = new FormattedLog(
                    targets, format, structured, failures(targets, draft, settings, assembly), settings);
        }
    }

    /** What only the profiles of a proxy without a format say; null where there are none. */
    private static @Nullable FormattedLog worded(
            AccessTargets all, ProxyDraft draft, LogSettings settings, Assembly assembly) {
        if (!all.hasProfiles()) {
            return null;
        }
        AccessTargets worded = all.worded();
        return new FormattedLog(worded, null, null, failures(worded, draft, settings, assembly), settings);
    }

    private static @Nullable Format structured(
            ProxyLog log, LogSettings settings, ProxyDraft draft, Assembly assembly) {
        String text = settings.structured;
        if (text == null) {
            return null;
        }
        // HAProxy names the line of the format itself where there is one
        Origin origin = settings.formatOrigin != null
                ? settings.formatOrigin
                : settings.shapeOrigin != null ? settings.shapeOrigin : settings.structuredOrigin;
        Format format = compile(text, origin, "log-format-sd", draft, assembly);
        return log.isStructured() ? format : null;
    }

    /** Whether the proxy has a log format, and writes no line. */
    public static boolean ignoresFormat(ProxyDraft proxy) {
        return settings(proxy).formatIgnored;
    }

    private static LogSettings.Shape shapeFor(ProxyDraft draft, LogSettings settings, Assembly assembly) {
        LogSettings.Shape shape = settings.shape;
        if (draft.mode() == Mode.HTTP || shape == LogSettings.Shape.CONNECT || shape == LogSettings.Shape.TCP) {
            return shape;
        }
        String option = shape == LogSettings.Shape.HTTPS ? "httpslog" : "httplog";
        Origin origin = settings.shapeOrigin == null ? draft.origin() : settings.shapeOrigin;
        String name = draft.kind() == SectionKind.LISTEN ? "proxy '" + draft.name() + "'" : draft.toString();
        assembly.problems()
                .warning(
                        origin,
                        "parsing [" + origin.file() + ":" + origin.line() + "] : 'option " + option
                                + "' not usable with " + name
                                + " (needs 'mode http'). Falling back to 'option tcplog'.");
        return LogSettings.Shape.TCP;
    }

    private static FailureLine failures(
            AccessTargets targets, ProxyDraft draft, LogSettings settings, Assembly assembly) {
        String text = settings.errorFormat;
        Format format =
                text == null ? null : compile(text, settings.errorFormatOrigin, "error-log-format", draft, assembly);
        return new FailureLine(targets, format, settings.separateErrors);
    }

    static Format compile(String text, @Nullable Origin written, String keyword, ProxyDraft draft, Assembly assembly) {
        Origin origin = written == null ? draft.origin() : written;
        try {
            return FormatParser.parse(
                    text, new Site(draft, Place.LOG, "in " + keyword, origin, assembly), Format.Style.LOG);
        } catch (SampleError error) {
            assembly.problems()
                    .alert(
                            origin,
                            "Parsing [" + origin.file() + ":" + origin.line() + "]: failed to parse " + keyword + " : "
                                    + error.text() + ".");
            return Format.EMPTY;
        }
    }

    private static ProxyLog proxyLog(LogSettings settings, Assembly assembly) {
        return ProxyLog.of(settings, assembly.drafts().global().facet(LogSettings.KEY), assembly);
    }

    /** The number of a level, smaller is worse, or -1 for none. */
    public static int level(String name) {
        return Facility.level(name);
    }

    /** Where a log forwarder passes messages on to. */
    public static ProxyLog relays(Draft forwarder, Assembly assembly) {
        return ProxyLog.ofRelays(settings(forwarder), assembly.drafts().global().facet(LogSettings.KEY), assembly);
    }

    @Override
    public void completeBackends(Assembly assembly) {
        LogProfiles.refuseUnknown(assembly);
        refuseUnknownRings(settings(assembly.drafts().global()), "global log server declared", assembly);
        for (ProxyDraft proxy : assembly.drafts().proxies()) {
            refuseUnknownRings(
                    settings(proxy), "log server declared in proxy section '" + proxy.name() + "'", assembly);
        }
        for (Draft other : assembly.drafts().others()) {
            if (other.kind() == SectionKind.LOG_FORWARD) {
                refuseUnknownRings(
                        settings(other), "log server declared in proxy section '" + other.name() + "'", assembly);
            }
        }
    }

    /** HAProxy says this when it starts, and finds such a configuration valid. */
    private static void refuseUnknownRings(LogSettings settings, String who, Assembly assembly) {
        for (LogTarget target : settings.targets) {
            if (target.destination() instanceof LogTarget.Destination.Ring ring
                    && RingFeature.ring(ring.name(), assembly) == null) {
                assembly.problems()
                        .alert(
                                ring.origin(),
                                who + " in file '" + ring.origin().file() + "' at line "
                                        + ring.origin().line() + " uses unknown ring named '" + ring.name() + "'.");
            }
        }
    }
}
