// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.track;

import io.tandem.config.model.NotifyFifo;
import io.tandem.config.model.OperatingConfig;
import io.tandem.config.model.OperatingConfig.Hook;
import io.tandem.config.model.Script;
import io.tandem.config.model.VrrpConfig;
import io.tandem.vrrp.netlink.Libc;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The users that configured commands run as, and whether this process can become them: that needs CAP_SETUID and CAP_SETGID,
 * which tandem.service does not have by itself. Usable by any thread.
 */
public final class ScriptUsers {
    /** What to do about {@link #obstacles}. */
    public static final String REMEDY = "name no user, or allow it: systemctl edit tandem, with [Service],"
            + " AmbientCapabilities=CAP_SETUID CAP_SETGID and CapabilityBoundingSet=CAP_SETUID CAP_SETGID";

    static final String DEFAULT_USER = "keepalived_script";
    private static final Path SETPRIV = Path.of("/usr/bin/setpriv");
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final int CAP_SETGID = 6;
    private static final int CAP_SETUID = 7;
    private static final String UNIT = "usr/lib/systemd/system/tandem.service";
    private static final String DROP_INS = "etc/systemd/system/tandem.service.d";

    private ScriptUsers() {}

    /** Whom a command needs this process to become; null for what it is. */
    static @Nullable String userOf(Script script) {
        String user = script.user();
        if (user == null) {
            user = Libc.C.geteuid() == 0 && Scripts.Users.exists(DEFAULT_USER) ? DEFAULT_USER : null;
        }
        return user == null || user.equals(System.getProperty("user.name")) ? null : user;
    }

    /** Why this process cannot run what is to run as the user, or null. */
    static @Nullable String obstacle(String user) {
        if (!Files.isExecutable(SETPRIV)) {
            return "to run as user " + user + " it needs " + SETPRIV + " of util-linux, which is not there";
        }
        return mayBecomeOthers(STATUS)
                ? null
                : "to run as user " + user + " this process lacks CAP_SETUID and CAP_SETGID";
    }

    static boolean mayBecomeOthers(Path status) {
        try (Stream<String> lines = Files.lines(status, StandardCharsets.ISO_8859_1)) {
            return lines.filter(line -> line.startsWith("CapEff:"))
                    .mapToLong(line -> Long.parseUnsignedLong(line.substring(7).strip(), 16))
                    .anyMatch(bits -> (bits >>> CAP_SETUID & bits >>> CAP_SETGID & 1) != 0);
        } catch (IOException | NumberFormatException e) {
            return Libc.C.geteuid() == 0;
        }
    }

    /** What of a configuration this process cannot run as it says, a line for each user. */
    public static List<String> obstacles(VrrpConfig vrrp, OperatingConfig operating) {
        return byUser(vrrp, operating).entrySet().stream()
                .map(entry -> {
                    String obstacle = obstacle(entry.getKey());
                    return obstacle == null
                            ? null
                            : named(entry.getValue()) + ": " + obstacle + "; it counts as failed";
                })
                .filter(Objects::nonNull)
                .toList();
    }

    /** Whether there are commands with users, and a unit of the packages that may not become them. */
    public static boolean needsMoreThanTheUnit(VrrpConfig vrrp) {
        return !byUser(vrrp, OperatingConfig.NONE).isEmpty() && unitKeepsItsUser(Path.of("/"));
    }

    static boolean unitKeepsItsUser(Path root) {
        if (!Files.exists(root.resolve(UNIT))) {
            return false;
        }
        try (Stream<Path> files = Files.list(root.resolve(DROP_INS))) {
            for (Path file : (Iterable<Path>) files::iterator) {
                if (Files.readString(file, StandardCharsets.ISO_8859_1).contains("CAP_SETUID")) {
                    return false;
                }
            }
        } catch (IOException e) {
            // There are none.
        }
        return true;
    }

    private static Map<String, Set<String>> byUser(VrrpConfig vrrp, OperatingConfig operating) {
        Map<String, Set<String>> users = new LinkedHashMap<>();
        vrrp.routers().stream()
                .flatMap(router -> router.tracks().scripts().stream())
                .forEach(script ->
                        note(users, script.name(), new Script(script.command(), script.user(), script.group())));
        Stream<Script> notified = Stream.concat(
                vrrp.routers().stream().flatMap(router -> router.scripts().all()),
                vrrp.groups().stream().flatMap(group -> group.told().all()));
        Stream<@Nullable Script> others = Stream.concat(
                vrrp.globals().fifos().stream().map(NotifyFifo::reader),
                Stream.of(vrrp.globals().startup(), vrrp.globals().shutdown()));
        Stream<Script> hooks = Stream.of(operating.onActive(), operating.onAlarm())
                .filter(Objects::nonNull)
                .map(ScriptUsers::commandOf);
        Stream.concat(Stream.concat(notified, others), hooks)
                .filter(script -> script != null && !script.command().isEmpty())
                .forEach(script -> note(users, script.command().get(0), script));
        return users;
    }

    private static Script commandOf(Hook hook) {
        return new Script(hook.command(), hook.user(), null);
    }

    private static void note(Map<String, Set<String>> users, String name, Script script) {
        String user = userOf(script);
        if (user != null) {
            users.computeIfAbsent(user, key -> new LinkedHashSet<>()).add(name);
        }
    }

    private static String named(Set<String> names) {
        return (names.size() == 1 ? "script " : "scripts ") + String.join(", ", names);
    }
}
