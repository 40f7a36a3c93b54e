// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.log;

import io.tandem.config.text.Origin;
import io.tandem.node.frontend.LogStep;
import io.tandem.node.language.Arguments;
import io.tandem.node.language.Directive;
import io.tandem.node.language.Draft;
import io.tandem.node.language.Facet;
import io.tandem.node.language.FacetKey;
import io.tandem.node.language.Keyword;
import io.tandem.node.language.ProxyDraft;
import io.tandem.node.language.SectionKind;
import io.tandem.node.rules.format.Format;
import io.tandem.node.setup.Assembly;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * {@code log-profile} sections (HAProxy 3.x's manual, 8.3.5): how the lines of single steps are worded for the targets that name
 * the profile.
 */
public final class LogProfiles {
    private static final FacetKey<Section> SECTION = new FacetKey<>(Section.class, Section::new);
    private static final FacetKey<Wanted> WANTED = new FacetKey<>(Wanted.class, Wanted::new);
    private static final String ANY = "any";

    static final List<Keyword<Directive>> ALL = List.of(
            Keyword.directive("log-tag", SectionKind.LOG_PROFILE)
                    .arguments("<text>")
                    .doc("the program's name in these lines")
                    .most(1)
                    .as((line, draft) ->
                            draft.facet(SECTION).tag = line.require("'log-tag' expects a tag for use in syslog.")
                                    .text()),
            Keyword.directive("on", SectionKind.LOG_PROFILE)
                    .arguments("<step> [drop] [format <format>] [sd <format>]")
                    .doc("what the line of a step says, or that there is none")
                    .as(LogProfiles::on));

    private LogProfiles() {}

    /** What a line says of one step. */
    private static final class Saying {
        private boolean drop;
        private @Nullable String format;
        private @Nullable String structured;
        private final Origin origin;

        Saying(Origin origin) {
            this.origin = origin;
        }
    }

    /** What a section says. */
    private static final class Section implements Facet {
        private @Nullable String tag;
        private final Map<LogStep, Saying> steps = new EnumMap<>(LogStep.class);
        private @Nullable Saying any;

        @Override
        public Facet inherit() {
            return new Section();
        }

        private Saying of(@Nullable LogStep step, Origin origin) {
            if (step != null) {
                return steps.computeIfAbsent(step, s -> new Saying(origin));
            }
            Saying present = any;
            if (present == null) {
                present = new Saying(origin);
                any = present;
            }
            return present;
        }
    }

    /** A facet of the global draft: which profiles lines name. */
    private static final class Wanted implements Facet {
        private final List<Reference> all = new ArrayList<>();
        /** Those of {@code do-log}: they concern every frontend. */
        private final Set<String> ofRules = new LinkedHashSet<>();

        private record Reference(String profile, Origin origin) {}

        @Override
        public Facet inherit() {
            return new Wanted();
        }
    }

    private static void on(Arguments line, Draft draft) {
        String word = line.require("'on' expects a logging step.").text();
        LogStep step = LogStep.of(word);
        if (step == null && !word.equals(ANY)) {
            throw line.error("'on' : unknown logging step '" + word + "', expects "
                    + Stream.concat(Stream.of(LogStep.values()).map(LogStep::word), Stream.of(ANY))
                            .map(known -> "'" + known + "'")
                            .collect(Collectors.joining(", "))
                    + ".");
        }
        if (!line.hasNext()) {
            throw line.error("'on " + word + "' expects 'drop', 'format' or 'sd'.");
        }
        Saying saying = draft.facet(SECTION).of(step, line.origin());
        while (line.hasNext()) {
            String option = line.next();
            switch (option) {
                case "drop" -> saying.drop = true;
                case "format" -> saying.format = value(line, "format");
                case "sd" -> saying.structured = value(line, "sd");
                default ->
                    throw line.error("'on " + word + "' expects 'drop', 'format' or 'sd' (got '" + option + "').");
            }
        }
    }

    private static String value(Arguments line, String option) {
        return line.require("'" + option + "' expects a log format.").text();
    }

    /** A line names a profile, which has to exist once everything has been read. */
    static void expect(String profile, Arguments line) {
        wanted(line).all.add(new Wanted.Reference(profile, line.origin()));
    }

    /** A {@code do-log} rule names a profile. Called for each time the rule is compiled. */
    public static void expectOfRule(String profile, Arguments line) {
        if (wanted(line).ofRules.add(profile)) {
            expect(profile, line);
        }
    }

    private static Wanted wanted(Arguments line) {
        return line.context().drafts().global().facet(WANTED);
    }

    static void refuseUnknown(Assembly assembly) {
        for (Wanted.Reference reference : assembly.drafts().global().facet(WANTED).all) {
            if (draft(reference.profile(), assembly) == null) {
                assembly.problems()
                        .alert(
                                reference.origin(),
                                "parsing [" + reference.origin().place() + "] : unknown log-profile '"
                                        + reference.profile() + "'.");
            }
        }
    }

    private static @Nullable Draft draft(String profile, Assembly assembly) {
        return assembly.drafts().others().stream()
                .filter(other ->
                        other.kind() == SectionKind.LOG_PROFILE && other.name().equals(profile))
                .findFirst()
                .orElse(null);
    }

    /** @param all the proxy's log */
    static AccessTargets targets(ProxyLog all, LogSettings settings, ProxyDraft proxy, Assembly assembly) {
        LogSettings global = assembly.drafts().global().facet(LogSettings.KEY);
        Set<String> names = new LinkedHashSet<>();
        for (LogTarget target : ProxyLog.targets(settings, global)) {
            String name = target.profile();
            if (name != null) {
                names.add(name);
            }
        }
        List<ProfiledLog> profiled = new ArrayList<>();
        for (String name : names) {
            Draft draft = draft(name, assembly);
            if (draft != null) {
                String tag = draft.facet(SECTION).tag;
                ProxyLog some = ProxyLog.of(settings, global, to -> name.equals(to.profile()), tag, assembly);
                profiled.add(compile(draft, some, proxy, assembly));
            }
        }
        Map<String, ProfiledLog> ofRules = new LinkedHashMap<>();
        for (String name : assembly.drafts().global().facet(WANTED).ofRules) {
            Draft draft = draft(name, assembly);
            if (draft != null && !all.isSilent()) {
                ProxyLog same = ProxyLog.of(settings, global, to -> true, draft.facet(SECTION).tag, assembly);
                ofRules.put(name, compile(draft, same, proxy, assembly));
            }
        }
        ProxyLog plain =
                profiled.isEmpty() ? all : ProxyLog.of(settings, global, to -> to.profile() == null, null, assembly);
        return new AccessTargets(plain, profiled, ofRules);
    }

    private static ProfiledLog compile(Draft profile, ProxyLog log, ProxyDraft proxy, Assembly assembly) {
        Section section = profile.facet(SECTION);
        Map<LogStep, ProfiledLog.Wording> wordings = new EnumMap<>(LogStep.class);
        section.steps.forEach(
                (step, saying) -> wordings.put(step, wording(saying, step.word(), log, profile, proxy, assembly)));
        Saying any = section.any;
        return new ProfiledLog(log, wordings, any == null ? null : wording(any, ANY, log, profile, proxy, assembly));
    }

    private static ProfiledLog.Wording wording(
            Saying saying, String step, ProxyLog log, Draft profile, ProxyDraft proxy, Assembly assembly) {
        String where = "'on " + step + "' of " + profile + " for " + proxy;
        Format format =
                saying.format == null ? null : LogFeature.compile(saying.format, saying.origin, where, proxy, assembly);
        Format structured = saying.structured == null
                ? null
                : LogFeature.compile(saying.structured, saying.origin, where, proxy, assembly);
        return new ProfiledLog.Wording(saying.drop, format, log.isStructured() ? structured : null);
    }
}
