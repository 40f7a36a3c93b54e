// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.keepalived;

import io.tandem.config.model.VirtualRouterConfig.TrackFile;
import io.tandem.config.model.VirtualRouterConfig.TrackInterface;
import io.tandem.config.model.VirtualRouterConfig.TrackProcess;
import io.tandem.config.model.VirtualRouterConfig.TrackScript;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** {@code track_interface}, {@code track_script} and the like: the same in an instance and in a sync group. */
final class TrackKeywords {
    private static final int MAX_WEIGHT = 253;
    private static final int MAX_FILE_WEIGHT = 254;

    private final Findings findings;
    private final Values values;
    private final Map<String, TrackScript> scripts;
    private final Map<String, TrackFile> files;
    private final Map<String, TrackProcess> processes;
    private final Predicate<String> hasInterface;

    TrackKeywords(
            Findings findings,
            Map<String, TrackScript> scripts,
            Map<String, TrackFile> files,
            Map<String, TrackProcess> processes,
            Predicate<String> hasInterface) {
        this.findings = findings;
        this.values = new Values(findings);
        this.scripts = scripts;
        this.files = files;
        this.processes = processes;
        this.hasInterface = hasInterface;
    }

    /** Whose lines these are. */
    interface Tracking {
        /** As messages name it. */
        String name();

        TrackDraft tracked();
    }

    <T extends Tracking> void declare(Keywords<T> keywords) {
        lines(keywords, "track_interface", this::trackInterface);
        lines(keywords, "track_script", this::trackScript);
        lines(keywords, "track_file", this::trackFile);
        lines(keywords, "vrrp_track_file", this::trackFile);
        lines(keywords, "track_process", this::trackProcess);
        lines(keywords, "track_bfd", this::trackBfd);
    }

    private interface Line {
        void read(Tracking tracking, Statement line);
    }

    private static <T extends Tracking> void lines(Keywords<T> keywords, String keyword, Line meaning) {
        keywords.block(keyword, (tracking, s) -> s.body().forEach(line -> meaning.read(tracking, line)));
    }

    private void trackInterface(Tracking tracking, Statement line) {
        String name = line.keyword();
        if (isTwice(
                tracking,
                line,
                "track_interface",
                tracking.tracked().interfaces.stream().map(TrackInterface::name).anyMatch(name::equals))) {
            return;
        }
        if (!hasInterface.test(name)) {
            findings.missingInterface(line.origin(), tag(tracking) + "tracked interface " + name + " doesn't exist");
        }
        Weight weight = weight(
                tracking,
                line,
                new Words(
                        "track_interface " + name,
                        "track_interace " + name + " weight",
                        text -> "weight " + text + " for " + name
                                + " must be between [-253..253] inclusive. Ignoring..."),
                new Weight(0, false));
        if (weight != null) {
            tracking.tracked()
                    .interfaces
                    .add(new TrackInterface(name, limited(tracking, line, weight.number()), weight.reverse()));
        }
    }

    private void trackScript(Tracking tracking, Statement line) {
        String name = line.keyword();
        TrackScript script = scripts.get(name);
        if (script == null) {
            notFound(tracking, line, "script");
            return;
        }
        if (isTwice(
                tracking,
                line,
                "track_script",
                tracking.tracked().scripts.stream().map(TrackScript::name).anyMatch(name::equals))) {
            return;
        }
        Weight weight = weight(
                tracking,
                line,
                new Words(
                        "track script",
                        "track_script " + name + " weight",
                        text -> "track script " + name + ": weight must be between [-253..253] inclusive, ignoring..."),
                new Weight(script.weight(), script.reverse()));
        if (weight != null) {
            int number = limited(tracking, line, weight.number());
            tracking.tracked().scripts.add(ScriptReader.withWeight(script, number, weight.reverse()));
        }
    }

    private void trackFile(Tracking tracking, Statement line) {
        String name = line.keyword();
        TrackFile file = files.get(name);
        if (file == null) {
            notFound(tracking, line, "file");
            return;
        }
        if (isTwice(
                tracking,
                line,
                "track_file",
                tracking.tracked().files.stream().map(TrackFile::name).anyMatch(name::equals))) {
            return;
        }
        Weight weight = weight(
                tracking,
                line,
                new Words(
                        "track file",
                        "track file " + name + " weight",
                        text -> "weight for track file " + name + " must be in [-254..254] inclusive. Ignoring..."),
                new Weight(file.weight(), file.reverse()));
        if (weight != null) {
            tracking.tracked()
                    .files
                    .add(new TrackFile(
                            name, file.file(), weight.number(), weight.reverse(), file.initial(), file.overwrite()));
        }
    }

    private void trackProcess(Tracking tracking, Statement line) {
        String name = line.keyword();
        TrackProcess process = processes.get(name);
        if (process == null) {
            notFound(tracking, line, "process");
            return;
        }
        if (isTwice(
                tracking,
                line,
                "track_process",
                tracking.tracked().processes.stream().map(TrackProcess::name).anyMatch(name::equals))) {
            return;
        }
        Weight weight = weight(
                tracking,
                line,
                new Words(
                        "track process",
                        "track_process " + name + " weight",
                        text -> "weight for track process " + name + " must be in [-254..254] inclusive. Ignoring..."),
                new Weight(process.weight(), process.reverse()));
        if (weight != null) {
            tracking.tracked().processes.add(ProcessReader.withWeight(process, weight.number(), weight.reverse()));
        }
    }

    private void trackBfd(Tracking tracking, Statement line) {
        findings.unsupported(line.origin(), "track_bfd " + line.keyword());
    }

    private void notFound(Tracking tracking, Statement line, String kind) {
        findings.error(
                line.origin(), tag(tracking) + "track " + kind + " " + line.keyword() + " not found, ignoring...");
    }

    private boolean isTwice(Tracking tracking, Statement line, String keyword, boolean known) {
        if (known) {
            findings.error(
                    line.origin(), tag(tracking) + "duplicate " + keyword + " " + line.keyword() + " - ignoring");
        }
        return known;
    }

    private static String tag(Tracking tracking) {
        return "(" + tracking.name() + ") ";
    }

    private record Weight(int number, boolean reverse) {}

    /**
     * keepalived's words, which differ for each kind.
     *
     * @param option what an unknown option belongs to
     * @param weightOption what an unknown word behind the weight belongs to
     */
    private record Words(String option, String weightOption, Function<String, String> range) {}

    /** Null, with a complaint, where the line is not to count. */
    private @Nullable Weight weight(Tracking tracking, Statement line, Words words, Weight otherwise) {
        if (line.parameters() == 0) {
            return otherwise;
        }
        if (!"weight".equals(line.parameter(1))) {
            findings.error(
                    line.origin(),
                    tag(tracking) + "unknown " + words.option() + " option " + line.parameter(1) + " - ignoring");
            return null;
        }
        if (line.parameters() == 1) {
            String what =
                    words.option().contains(line.keyword()) ? words.option() : words.option() + " " + line.keyword();
            findings.error(line.origin(), tag(tracking) + "weight without value specified for " + what + " - ignoring");
            return null;
        }
        Integer number = values.signed(line, 2, -MAX_FILE_WEIGHT, MAX_FILE_WEIGHT);
        if (number == null) {
            findings.error(line.origin(), tag(tracking) + words.range().apply(line.parameter(2)));
            return null;
        }
        boolean reverse = false;
        if (line.parameters() > 2) {
            reverse = "reverse".equals(line.parameter(3));
            if (!reverse && !"noreverse".equals(line.parameter(3)) && !"no_reverse".equals(line.parameter(3))) {
                findings.error(
                        line.origin(),
                        tag(tracking) + "unknown " + words.weightOption() + " option " + line.parameter(3)
                                + " - ignoring");
                return null;
            }
        }
        return new Weight(number, reverse);
    }

    private int limited(Tracking tracking, Statement line, int number) {
        if (Math.abs(number) <= MAX_WEIGHT) {
            return number;
        }
        findings.error(
                line.origin(), tag(tracking) + "weight for " + line.keyword() + " cannot be +/-254. Setting to +/-253");
        return Integer.signum(number) * MAX_WEIGHT;
    }
}
