// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.cli;

import io.tandem.node.testkit.Ports;
import io.tandem.node.testkit.SelfSigned;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a foreign configuration needs and this machine has not: files, host names, addresses and servers. Each is replaced by
 * one that stands in for it, so that the configuration can be judged, and run, as where it came from.
 */
final class StandIns {
    private static final Set<String> SECTIONS = Set.of(
            "global",
            "defaults",
            "frontend",
            "backend",
            "listen",
            "peers",
            "resolvers",
            "userlist",
            "mailers",
            "http-errors",
            "cache",
            "ring",
            "log-forward",
            "program",
            "fcgi-app");

    /** Words in front of a file's name, and what the file holds. */
    private static final Map<String, Kind> BEFORE_FILES = Map.ofEntries(
            Map.entry("crt", Kind.PEM),
            Map.entry("ca-file", Kind.PEM),
            Map.entry("ca-verify-file", Kind.PEM),
            Map.entry("ca-sign-file", Kind.PEM),
            Map.entry("crt-list", Kind.CRT_LIST),
            Map.entry("crt-base", Kind.DIRECTORY),
            Map.entry("ca-base", Kind.DIRECTORY),
            Map.entry("server-state-base", Kind.DIRECTORY),
            Map.entry("server-state-file", Kind.EMPTY),
            Map.entry("lua-load", Kind.EMPTY),
            Map.entry("file", Kind.EMPTY),
            Map.entry("lf-file", Kind.EMPTY),
            Map.entry("-f", Kind.EMPTY));

    private static final Pattern MAP = Pattern.compile("(map(?:_[a-z]+)*)\\((/[^,)]+)");
    private static final Pattern WORD = Pattern.compile("(?:\\\\.|\"[^\"]*\"|'[^']*'|[^\\s\"'])+");

    private enum Kind {
        PEM,
        CRT_LIST,
        DIRECTORY,
        ERROR,
        MAP,
        EMPTY
    }

    /**
     * Where a frontend can be reached.
     *
     * @param section its header, for messages
     * @param header whether a PROXY header is expected
     */
    record Door(String section, int port, boolean tls, boolean header) {}

    private final Path directory;
    private final int server;
    private final List<Door> doors = new ArrayList<>();
    private String header = "";

    /**
     * @param directory where the files are made
     * @param server the port of 127.0.0.1 that stands for every server; 0 for judging alone: addresses and what concerns the
     *     process stay as they are, but for names that have to be resolved
     */
    StandIns(Path directory, int server) {
        this.directory = directory;
        this.server = server;
    }

    /** Where the frontends of what was rewritten can be reached. */
    List<Door> doors() {
        return doors;
    }

    /** The configuration with everything replaced; lines keep their numbers. */
    String rewrite(String text) throws IOException, InterruptedException {
        List<String> lines = new ArrayList<>();
        for (String line : text.split("\n", -1)) {
            lines.add(rewriteLine(line));
        }
        return String.join("\n", lines);
    }

    private String rewriteLine(String line) throws IOException, InterruptedException {
        List<String> words = words(line);
        if (words.isEmpty() || words.get(0).startsWith("#")) {
            return line;
        }
        String first = words.get(0);
        if (SECTIONS.contains(first)) {
            header = String.join(" ", words.subList(0, Math.min(2, words.size())));
        }
        String files = withFiles(line, words);
        boolean takesAddress = first.equals("frontend") || first.equals("listen");
        if (takesAddress && words.size() > 2 && words.get(2).contains(":")) {
            return server == 0 ? files : opened(files, words, 2);
        }
        return switch (first) {
            case "bind" -> server == 0 || words.size() < 2 ? files : opened(files, words, 1);
            case "server" -> words.size() < 3 ? files : reached(files, words);
            case "chroot",
                    "user",
                    "group",
                    "uid",
                    "gid",
                    "daemon",
                    "pidfile",
                    "nbproc",
                    "master-worker",
                    "cpu-map",
                    "maxconn",
                    "ulimit-n" -> server == 0 || !header.equals("global") ? files : "# " + files;
            case "stats" ->
                server != 0 && words.size() > 2 && words.get(1).equals("socket")
                        ? replaced(
                                files,
                                words.get(2),
                                directory.resolve("admin.sock").toString())
                        : files;
            case "quiet" -> "# " + files;
            case "interface", "source" -> server == 0 ? files : "# " + files;
            default -> files;
        };
    }

    private static List<String> words(String line) {
        List<String> words = new ArrayList<>();
        Matcher matcher = WORD.matcher(line);
        while (matcher.find()) {
            if (matcher.group().startsWith("#")) {
                break;
            }
            words.add(matcher.group());
        }
        return words;
    }

    /** A listener becomes one port of 127.0.0.1, or one unix socket. */
    private String opened(String line, List<String> words, int at) {
        String written = words.get(at);
        String address = written.replace("\"", "");
        if (address.startsWith("/") || address.startsWith("unix@") || address.startsWith("abns@")) {
            return replaced(
                    line,
                    written,
                    directory.resolve("s" + doors.size() + line.length()).toString());
        }
        int port = Ports.reserved();
        doors.add(new Door(header, port, words.contains("ssl"), words.contains("accept-proxy")));
        String there = replaced(line, written, "127.0.0.1:" + port);
        return there.replaceAll(" (transparent|v4v6|v6only|interface \\S+|namespace \\S+)(?= |$)", "");
    }

    /** A server becomes the one that stands for all; names are not resolved. */
    private String reached(String line, List<String> words) {
        String written = words.get(2);
        String address = written.replace("\"", "");
        if (address.startsWith("/") || address.contains("@")) {
            return line;
        }
        if (server != 0) {
            return replaced(line, written, "127.0.0.1:" + server)
                    .replaceAll(
                            " (ssl|check-ssl|ca-file \\S+|crt \\S+|verify \\S+|sni \\S+|alpn \\S+|source \\S+)(?= |$)",
                            "")
                    .replaceAll(" port \\d+", " port " + server);
        }
        int colon = address.lastIndexOf(':');
        String host = colon < 0 ? address : address.substring(0, colon);
        boolean name = host.matches("[A-Za-z_][A-Za-z0-9._-]*") && !host.equals("localhost");
        return name ? replaced(line, written, "127.0.0.1" + (colon < 0 ? "" : address.substring(colon))) : line;
    }

    private String withFiles(String line, List<String> words) throws IOException, InterruptedException {
        String changed = line;
        for (int i = 1; i < words.size(); i++) {
            Kind kind = BEFORE_FILES.get(words.get(i - 1));
            boolean error = words.get(0).equals("errorfile") && i == 2;
            if (error && !words.get(i).equals("/dev/null")) {
                kind = Kind.ERROR;
            }
            if (kind != null && !words.get(i).startsWith("@") && !words.get(i).startsWith("virt@")) {
                changed = replaced(changed, words.get(i), make(kind, words.get(i)));
            }
        }
        Matcher maps = MAP.matcher(changed);
        StringBuilder out = new StringBuilder();
        while (maps.find()) {
            maps.appendReplacement(out, Matcher.quoteReplacement(maps.group(1) + "(" + make(Kind.MAP, maps.group(2))));
        }
        return maps.appendTail(out).toString();
    }

    private String make(Kind kind, String name) throws IOException, InterruptedException {
        if (kind == Kind.DIRECTORY) {
            return directory.toString();
        }
        boolean folder = kind == Kind.PEM && (name.endsWith("/") || name.endsWith("certs") || name.endsWith("ssl"));
        Path file = directory.resolve(name.replaceAll("[^A-Za-z0-9.]", "_") + (folder ? ".d" : ""));
        if (!Files.exists(file)) {
            if (folder) {
                Files.createDirectory(file);
                Files.copy(certificate(), file.resolve("one.pem"));
            } else {
                fill(file, kind);
            }
        }
        return file.toString();
    }

    private void fill(Path file, Kind kind) throws IOException, InterruptedException {
        switch (kind) {
            case PEM -> Files.copy(certificate(), file);
            case CRT_LIST -> Files.writeString(file, certificate() + "\n");
            case ERROR -> Files.writeString(file, "HTTP/1.0 503 Stand-in\r\ncontent-length: 0\r\n\r\n");
            case MAP -> Files.writeString(file, "1 1\n");
            default -> Files.writeString(file, "");
        }
    }

    /** One certificate with its key, made when it is first needed. */
    private Path certificate() throws IOException, InterruptedException {
        Path pem = directory.resolve("stand-in.pem");
        return Files.exists(pem) ? pem : SelfSigned.certificate(directory, "stand-in");
    }

    /** The first occurrence of {@code word} as a word. */
    private static String replaced(String line, String word, String by) {
        Matcher matcher =
                Pattern.compile("(?<=\\s)" + Pattern.quote(word) + "(?=\\s|$)").matcher(line);
        return matcher.find() ? matcher.replaceFirst(Matcher.quoteReplacement(by)) : line;
    }
}
