// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.check;

import io.tandem.node.observe.admin.AdministeredProxy;
import io.tandem.node.testkit.Await;
import io.tandem.node.testkit.Ports;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;

/**
 * Backends with one server each, and what became of their first checks: what operators were told, what statistics show, what the
 * servers heard. Each scene of a resource is a server's script and a backend's lines.
 */
final class CheckScenes {
    private static final String HEAD =
            """
            global
                nbthread 1
                node test
                max-spread-checks 300ms
                external-check
                insecure-fork-wanted
            defaults
                mode tcp
                timeout client 60s
                timeout server 60s
                timeout connect 30s
                timeout check 30s
                option log-health-checks
                default-server inter 1h agent-inter 1h
            listen front
                bind 127.0.0.1:FRONT
            """;

    private static final List<String> COLUMNS = List.of(
            "status",
            "weight",
            "slim",
            "chkfail",
            "chkdown",
            "check_status",
            "check_code",
            "last_chk",
            "check_desc",
            "check_rise",
            "check_fall",
            "check_health",
            "agent_status",
            "agent_code",
            "last_agt",
            "agent_desc",
            "agent_rise",
            "agent_fall",
            "agent_health");

    private static final long BETWEEN_NS = 50_000_000;

    private CheckScenes() {}

    /** One scene. */
    record Scene(List<String> scripts, List<String> lines) {
        /** Its lines but for the server's, as the name of a test. */
        String title() {
            List<String> told =
                    lines.stream().filter(l -> !l.startsWith("timeout")).toList();
            return String.join("; ", told).replaceAll("server s 127[^ ]* ?", "server ") + " <- "
                    + (scripts.isEmpty() ? "" : scripts.get(0));
        }
    }

    /** What became of a scene. */
    record Outcome(List<String> told, String shown, List<List<String>> heard, List<List<String>> environment) {}

    static List<Scene> read(String resource) throws IOException {
        List<Scene> scenes = new ArrayList<>();
        try (InputStream in = Objects.requireNonNull(CheckScenes.class.getResourceAsStream(resource))) {
            for (String block : new String(in.readAllBytes(), StandardCharsets.ISO_8859_1).split("(?m)^==\n", -1)) {
                List<String> all = block.lines().filter(line -> !line.isBlank()).toList();
                if (!all.isEmpty()) {
                    scenes.add(new Scene(
                            all.stream()
                                    .filter(line -> line.startsWith("serve:"))
                                    .map(line -> line.substring(6))
                                    .toList(),
                            all.stream()
                                    .filter(line -> !line.startsWith("serve:"))
                                    .toList()));
                }
            }
        }
        return scenes;
    }

    /** Plays all scenes at once before one of the two. */
    static List<Outcome> play(List<Scene> scenes, boolean oracle) throws Exception {
        List<List<ScriptedServer>> servers = new ArrayList<>();
        List<String> told = new ArrayList<>();
        StringBuilder text = new StringBuilder(HEAD.replace("FRONT", String.valueOf(Ports.reserved())));
        int dead = Ports.dead();
        Path directory = Files.createTempDirectory("tnd-checks");
        for (int i = 0; i < scenes.size(); i++) {
            List<ScriptedServer> own = new ArrayList<>();
            for (String script : scenes.get(i).scripts) {
                own.add(new ScriptedServer(script));
            }
            servers.add(own);
            text.append("backend ").append(name(i)).append('\n');
            for (String line : scenes.get(i).lines) {
                String written = line.replace("DEAD", String.valueOf(dead));
                if (written.contains("PROGRAM")) {
                    written = written.replace("PROGRAM", program(directory, name(i)));
                }
                for (int port = 0; port < own.size(); port++) {
                    written = written.replace(
                            "PORT" + port, String.valueOf(own.get(port).port()));
                }
                if (written.contains("SLEEPER")) {
                    written = written.replace("SLEEPER", sleeper(directory));
                }
                text.append("    ").append(written).append('\n');
            }
        }
        try (AdministeredProxy proxy = new AdministeredProxy(oracle, text.toString(), line -> {
            synchronized (told) {
                told.add(line);
            }
        })) {
            Map<String, Map<String, String>> rows = new LinkedHashMap<>();
            Await.until("the first checks of " + (oracle ? "haproxy" : "tandem"), () -> {
                LockSupport.parkNanos(BETWEEN_NS); // a hundred rows are a lot to ask for
                rows.clear();
                rows.putAll(rows(proxy.command("show stat -1 4 -1")));
                List<String> now = copy(told);
                List<String> missing = new ArrayList<>();
                for (int i = 0; i < scenes.size(); i++) {
                    if (!isOver(name(i), Objects.requireNonNull(rows.get(name(i))), now, servers.get(i))) {
                        missing.add(name(i));
                    }
                }
                return missing.isEmpty();
            });
            List<Outcome> outcomes = new ArrayList<>();
            for (int i = 0; i < scenes.size(); i++) {
                String name = name(i);
                List<List<String>> environment = new ArrayList<>();
                Path file = directory.resolve(name + ".env");
                if (Files.exists(file)) {
                    environment.add(Files.readAllLines(file).stream()
                            .map(line -> neutral(line, name, dead))
                            .map(line -> line.replaceAll("\\b\\d{5}\\b", "PORT"))
                            .filter(line -> !line.startsWith("PWD="))
                            .toList());
                }
                outcomes.add(new Outcome(
                        copy(told).stream()
                                .filter(line -> line.contains(name + "/s"))
                                .map(line -> neutral(line, name, dead))
                                .toList(),
                        neutral(Objects.requireNonNull(rows.get(name)).toString(), name, dead),
                        servers.get(i).stream()
                                .map(server -> server.heard().stream()
                                        .map(heard -> neutral(heard, name, dead)
                                                .replaceAll("(PROXY TCP4 127.0.0.1 127.0.0.1) \\d+ \\d+", "$1")
                                                .replaceAll("port=\\d+", "port=")
                                                .replaceAll("(?s)(\\x03\\x00)....(HAPROXYSSLCHK)", "$1$2")
                                                .replaceAll("(?s)^\\x16\\x03\\x01.*", "hello of TLS"))
                                        .toList())
                                .toList(),
                        environment));
            }
            return outcomes;
        } finally {
            for (List<ScriptedServer> own : servers) {
                for (ScriptedServer server : own) {
                    server.close();
                }
            }
            for (File file : Objects.requireNonNull(directory.toFile().listFiles())) {
                Files.deleteIfExists(file.toPath());
            }
            Files.delete(directory);
        }
    }

    /** A program that writes down what it was given, and ends with the status that stands behind its name. */
    private static String program(Path directory, String name) throws IOException {
        Path program = directory.resolve(name);
        Files.writeString(
                program,
                "#!/bin/sh\n(echo \"$@\"; /usr/bin/env | /usr/bin/sort) > " + directory.resolve(name + ".env")
                        + "\nexit 3\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        return program.toString();
    }

    /** A program that ends long after everybody has lost patience. */
    private static String sleeper(Path directory) throws IOException {
        Path program = directory.resolve("sleeper");
        Files.writeString(program, "#!/bin/sh\n/bin/sleep 600\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        return program.toString();
    }

    /** As long as all others, so that lengths told are the same. */
    private static String name(int i) {
        return "be" + (1000 + i);
    }

    private static String neutral(String text, String name, int dead) {
        return text.replace(name, "be")
                .replace(String.valueOf(dead), "DEAD")
                .replaceAll("check duration: \\d+ms", "check duration: Nms")
                .replaceAll("(SSL handshake failure) \\([A-Z][a-z ]+\\)", "$1") // a number left from something else
                .replace("\u00ff", "<FF>"); // as haproxy writes it to a terminal
    }

    private static List<String> copy(List<String> told) {
        synchronized (told) {
            return List.copyOf(told);
        }
    }

    private static boolean isOver(
            String name, Map<String, String> row, List<String> told, List<ScriptedServer> servers) {
        return isTold(name, "Health", Objects.requireNonNull(row.get("check_status")), told)
                && isTold(name, "Agent", Objects.requireNonNull(row.get("agent_status")), told)
                && servers.stream().allMatch(ScriptedServer::isIdle);
    }

    private static boolean isTold(String name, String kind, String status, List<String> told) {
        if (status.isEmpty() || status.equals("CHECKED")) {
            return true;
        }
        return !status.equals("INI")
                && !status.startsWith("*")
                && told.stream().anyMatch(line -> line.startsWith(kind + " check for server " + name + "/s"));
    }

    private static Map<String, Map<String, String>> rows(String answer) {
        List<String> lines = answer.lines().filter(line -> !line.isBlank()).toList();
        List<String> names = List.of(lines.get(0).substring(2).split(",", -1));
        Map<String, Map<String, String>> rows = new LinkedHashMap<>();
        for (String line : lines.subList(1, lines.size())) {
            List<String> values = fields(line);
            Map<String, String> row = new LinkedHashMap<>();
            for (String column : COLUMNS) {
                row.put(column, values.get(names.indexOf(column)));
            }
            rows.put(values.get(0), row);
        }
        return rows;
    }

    /** Fields of CSV, where quotes may hold commas. */
    private static List<String> fields(String line) {
        List<String> fields = new ArrayList<>();
        StringBuilder field = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '"') {
                quoted = !quoted;
            }
            if (c == ',' && !quoted) {
                fields.add(field.toString());
                field.setLength(0);
            } else {
                field.append(c);
            }
        }
        fields.add(field.toString());
        return fields;
    }
}
