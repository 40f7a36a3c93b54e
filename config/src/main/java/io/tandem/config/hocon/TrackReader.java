// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.hocon;

import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import io.tandem.config.model.VirtualRouterConfig.ProcessMatch;
import io.tandem.config.model.VirtualRouterConfig.TrackFile;
import io.tandem.config.model.VirtualRouterConfig.TrackInterface;
import io.tandem.config.model.VirtualRouterConfig.TrackProcess;
import io.tandem.config.model.VirtualRouterConfig.TrackScript;
import io.tandem.config.model.VirtualRouterConfig.Tracks;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads the {@code track} block of a virtual router. */
final class TrackReader {
    private static final int MAX_WEIGHT = 253;
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration SHORTEST = Duration.ofMillis(10);
    private static final Duration LONGEST = Duration.ofHours(1);

    private static final int MAX_FILE_WEIGHT = 254;
    private static final int MOST_IN_FILE = 1_000_000;

    private final @Nullable Settings track;

    TrackReader(@Nullable Settings track) {
        this.track = track;
    }

    Tracks read() {
        if (track == null) {
            return Tracks.NONE;
        }
        Tracks tracks = new Tracks(
                interfaces(track),
                scripts(track.child("scripts")),
                files(track.child("files")),
                processes(track.child("processes")));
        track.rejectUnknown();
        return tracks;
    }

    private static List<TrackInterface> interfaces(Settings track) {
        List<TrackInterface> interfaces = new ArrayList<>();
        for (ConfigValue value : track.list("interfaces")) {
            if (value instanceof ConfigObject object) {
                Settings element = track.element("interfaces", object);
                String name = element.string("name", "eth1");
                if (name == null) {
                    element.missing("name", "eth1");
                } else {
                    interfaces.add(new TrackInterface(name, weight(element), element.bool("reverse", false)));
                }
                element.rejectUnknown();
            } else {
                String name = track.scalar("interfaces", value, "[ eth1 ]");
                if (name != null) {
                    interfaces.add(new TrackInterface(name, 0, false));
                }
            }
        }
        return interfaces;
    }

    private static List<TrackScript> scripts(@Nullable Settings named) {
        List<TrackScript> scripts = new ArrayList<>();
        for (String name : named == null ? List.<String>of() : named.names()) {
            Settings script = named == null ? null : named.child(name);
            TrackScript read = script == null ? null : script(name, script);
            if (read != null) {
                scripts.add(read);
            }
        }
        return scripts;
    }

    private static @Nullable TrackScript script(String name, Settings script) {
        List<String> command = NotifyReader.command(script, "command");
        if (command == null) {
            script.missing("command", "[ \"/path/to/script\" ]");
        }
        Duration interval = script.duration("interval", SECOND, SHORTEST, LONGEST);
        TrackScript read = new TrackScript(
                name,
                command == null ? List.of() : command,
                interval,
                script.duration("timeout", interval, SHORTEST, LONGEST),
                weight(script),
                script.bool("reverse", false),
                script.integer("rise", 1, 1, 1000),
                script.integer("fall", 1, 1, 1000),
                script.bool("init-fail", false),
                script.string("user", "nobody"),
                script.string("group", "nogroup"));
        script.rejectUnknown();
        return command == null ? null : read;
    }

    private static List<TrackFile> files(@Nullable Settings named) {
        List<TrackFile> files = new ArrayList<>();
        for (String name : named == null ? List.<String>of() : named.names()) {
            Settings settings = named == null ? null : named.child(name);
            String file = settings == null ? null : settings.string("file", "/run/tandem/weight");
            if (settings != null && file == null) {
                settings.missing("file", "/run/tandem/weight");
            } else if (settings != null) {
                files.add(new TrackFile(
                        name,
                        Path.of(file),
                        settings.integer("weight", 1, -MAX_FILE_WEIGHT, MAX_FILE_WEIGHT),
                        settings.bool("reverse", false),
                        settings.has("initial") ? settings.integer("initial", 0, -MOST_IN_FILE, MOST_IN_FILE) : null,
                        settings.bool("overwrite", false)));
            }
            if (settings != null) {
                settings.rejectUnknown();
            }
        }
        return files;
    }

    private static List<TrackProcess> processes(@Nullable Settings named) {
        List<TrackProcess> processes = new ArrayList<>();
        for (String name : named == null ? List.<String>of() : named.names()) {
            Settings settings = named == null ? null : named.child(name);
            if (settings == null) {
                continue;
            }
            List<String> process = NotifyReader.command(settings, "process");
            if (process == null) {
                settings.missing("process", "nginx");
            }
            boolean full = settings.bool("full-command", false) || (process != null && process.size() > 1);
            ProcessMatch match = match(settings, full ? ProcessMatch.COMMAND : ProcessMatch.NAME);
            int most = settings.integer("quorum-max", Integer.MAX_VALUE, 0, Integer.MAX_VALUE);
            TrackProcess read = new TrackProcess(
                    name,
                    process == null ? List.of() : process,
                    match,
                    settings.integer("weight", 0, -MAX_FILE_WEIGHT, MAX_FILE_WEIGHT),
                    settings.bool("reverse", false),
                    most == 0 ? 0 : settings.integer("quorum", 1, 1, 65_535),
                    most,
                    settings.duration("fork-delay", Duration.ZERO, Duration.ZERO, LONGEST),
                    settings.duration("terminate-delay", Duration.ZERO, Duration.ZERO, LONGEST));
            settings.rejectUnknown();
            if (process != null) {
                processes.add(read);
            }
        }
        return processes;
    }

    private static ProcessMatch match(Settings settings, ProcessMatch absent) {
        String word = settings.string("match", "partial");
        if (word == null) {
            return absent;
        }
        for (ProcessMatch match : ProcessMatch.values()) {
            if (match.name().toLowerCase(Locale.ROOT).equals(word)) {
                return match;
            }
        }
        settings.wrong("match", "is none of name, command, partial, initial", "match = name");
        return absent;
    }

    /** Zero faults the router, as in keepalived. */
    private static int weight(Settings settings) {
        return settings.integer("weight", 0, -MAX_WEIGHT, MAX_WEIGHT);
    }
}
