// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.action;

import io.tandem.node.frontend.http.ErrorPages;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.Reply;
import io.tandem.node.rules.format.Format;
import io.tandem.node.rules.format.FormatParser;
import io.tandem.node.rules.sample.Output;
import io.tandem.node.rules.sample.SampleError;
import io.tandem.node.rules.sample.Text;
import io.tandem.node.setup.Assembly;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What {@code return} and {@code deny} answer: status, fields and body as the rule writes them, or an error page. Made at
 * load time where nothing in it changes from one exchange to the next.
 */
final class ReplyText {
    private static final int MAX_FILE_BYTES = 16_384;
    private static final Set<String> WORDS = Set.of(
            "status",
            "deny_status",
            "content-type",
            "string",
            "lf-string",
            "file",
            "lf-file",
            "hdr",
            "errorfile",
            "errorfiles",
            "default-errorfiles");

    /** Of these, one at most. */
    private static final Set<String> PAYLOADS =
            Set.of("string", "lf-string", "file", "lf-file", "errorfile", "errorfiles", "default-errorfiles");

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Field(byte[] name, Format value) {}

    private final ActionLine line;
    private int status;
    private @Nullable String contentType;
    private @Nullable Format body;
    /** What becomes the body where it is a format; read when all arguments are known. */
    private @Nullable String unread;

    private boolean hasBody;
    private boolean usesPage;
    private boolean saysStatus;
    private @Nullable Reply file;
    private @Nullable String section;
    /** The argument that says what the answer is made of; empty where none does. */
    private String payload = "";

    private final List<Field> fields = new ArrayList<>();

    private ReplyText(ActionLine line, int defaultStatus) {
        this.line = line;
        status = defaultStatus;
    }

    /** Makes the reply of an exchange. */
    @FunctionalInterface
    interface Maker {
        Reply make(Facts facts);
    }

    /**
     * What {@code http-error} says.
     *
     * @param status 0 where it names none
     * @param section the section {@code http-errors} it takes the page from, or null
     * @param resets whether it takes back what was said about the status
     * @param maker what is answered where neither of these holds
     */
    record Page(int status, @Nullable String section, boolean resets, Maker maker) {}

    static Page page(ActionLine line) {
        ReplyText text = new ReplyText(line, 0);
        text.arguments();
        boolean resets = text.payload.equals("default-errorfiles");
        String named = text.section;
        boolean elsewhere = resets || named != null;
        return new Page(text.status, named, resets, elsewhere ? facts -> ErrorPages.of(facts, 500) : text.maker(false));
    }

    /** @param page whether an error page is answered where the rule names neither fields nor body */
    static Maker parse(ActionLine line, int defaultStatus, boolean page) {
        return new ReplyText(line, defaultStatus).parse(page);
    }

    private Maker parse(boolean page) {
        arguments();
        return maker(page);
    }

    private void arguments() {
        while (line.hasArgument() && WORDS.contains(line.words().peek())) {
            argument(line.words().next());
        }
    }

    private Maker maker(boolean page) {
        usesPage |= page && !saysStatus; // deny_status asks for a page, status for a head alone
        Reply read = file;
        // logs and counters have the rule's status, the client the file's
        Reply whole = read == null ? null : new Reply(status, read.bytes(), read.bodyStart(), read.close());
        if (whole != null) {
            warnOfRest();
            return facts -> whole;
        }
        String named = section;
        if (named != null) {
            return pageOf(named);
        }
        if (contentType != null && !hasBody) {
            line.words()
                    .warn("content-type '" + contentType
                            + "' ignored by the http reply because neither errorfile nor payload defined.");
        }
        String formatted = unread;
        if (formatted != null) {
            if (contentType == null) {
                throw new SampleError("a content type must be defined with a log-format payload");
            }
            body = ActionLine.format(line.words(), FormatParser.parse(formatted, line.site(), Format.Style.VALUE));
        }
        boolean written = hasBody || contentType != null || !fields.isEmpty();
        if (usesPage && !written && !ErrorReply.exists(status)) {
            throw new SampleError(
                    "status code '" + status + "' not handled by default with 'default-errorfiles' argument.");
        }
        if (usesPage && !written) {
            int wanted = status;
            return facts -> {
                Reply reply = ErrorReply.of(facts, wanted);
                return reply != null ? reply : build(facts, List.of(), Format.EMPTY, null);
            };
        }
        Format content = body == null ? Format.EMPTY : body;
        if (!content.isEmpty() && contentType == null) {
            throw new SampleError("a content type must be defined when non-empty payload is configured");
        }
        if (content.isConstant() && fields.stream().allMatch(f -> f.value().isConstant())) {
            return constant(content);
        }
        List<Field> all = List.copyOf(fields);
        String type = contentType;
        return facts -> build(facts, all, content, type);
    }

    /** The page for the status in a section {@code http-errors}; an empty answer where that has none. */
    private Maker pageOf(String named) {
        warnOfRest();
        Reply page = null;
        Assembly assembly = line.site().assembly();
        if (assembly != null) {
            Map<Integer, Reply> pages = ErrorPages.ofSection(named, assembly.drafts());
            if (pages == null) {
                assembly.problems()
                        .alert(
                                line.origin(),
                                "Proxy '" + line.site().proxy().name() + "': unknown http-errors section '" + named
                                        + "' referenced by an http reply .");
            } else {
                page = pages.get(status);
                if (page == null) {
                    assembly.problems()
                            .warning(
                                    line.origin(),
                                    "Proxy '" + line.site().proxy().name() + "': status '" + status
                                            + "' referenced by an http reply not declared in http-errors section '"
                                            + named + "'.");
                }
            }
        }
        Reply wanted = page;
        fields.clear();
        contentType = null;
        return wanted != null ? facts -> wanted : constant(Format.EMPTY);
    }

    /** A whole response has its fields already. */
    private void warnOfRest() {
        if (!fields.isEmpty()) {
            line.words().warn("hdr parameters ignored by the http reply when used with an erorrfile.");
        }
        if (contentType != null) {
            line.words()
                    .warn("content-type '" + contentType + "' ignored by the http reply when used with an erorrfile.");
        }
    }

    private Maker constant(Format content) {
        List<Field> all = List.copyOf(fields);
        String type = contentType;
        Reply[] made = new Reply[1]; // made by the first exchange, the same whoever makes it
        return facts -> {
            Reply reply = made[0];
            if (reply == null) {
                reply = build(facts, all, content, type);
                made[0] = reply;
            }
            return reply;
        };
    }

    private void argument(String word) {
        if (PAYLOADS.contains(word)) {
            if (!payload.isEmpty()) {
                throw new SampleError("unexpected '" + word + "' argument, '" + payload + "' already defined");
            }
            payload = word;
        }
        switch (word) {
            case "status", "deny_status" -> {
                saysStatus = word.equals("status");
                if (!line.words().hasNext()) {
                    throw new SampleError("'status' expects <status_code> as argument");
                }
                String text = line.words().next();
                int parsed = Status.parse(text, 200, 599);
                if (parsed < 0) {
                    throw new SampleError("Unexpected status code '"
                            + (text.matches("-?[0-9]+")
                                    ? Long.parseLong(text.substring(0, Math.min(9, text.length())))
                                    : 0)
                            + "'");
                }
                status = parsed;
            }
            case "content-type" -> contentType = value(word, "<ctype>");
            case "string" -> literal(value(word, "<str>"));
            case "lf-string" -> formatted(value(word, "<fmt>"));
            case "file" -> {
                String name = value(word, "<file>");
                literal(Text.string(read(name), 0, read(name).length));
            }
            case "lf-file" -> {
                byte[] content = read(value(word, "<file>"));
                formatted(Text.string(content, 0, content.length));
            }
            case "hdr" -> header();
            case "errorfile" -> {
                byte[] content = readFile(value(word, "<fmt>"), ".");
                file = errorFile(content);
            }
            case "default-errorfiles" -> usesPage = true;
            case "errorfiles" -> section = value(word, "<name>");
            default -> throw new SampleError("'" + word + "' is not supported by this version of tandem");
        }
    }

    private String value(String word, String wanted) {
        if (!line.words().hasNext() || line.words().peek().isEmpty()) {
            throw new SampleError("'" + word + "' expects " + wanted + " as argument");
        }
        return line.words().next();
    }

    private void literal(String text) {
        hasBody = true;
        body = FormatParser.parse(text.replace("%", "%%"), line.site(), Format.Style.VALUE);
    }

    private void formatted(String text) {
        hasBody = true;
        unread = text;
    }

    private void header() {
        if (line.words().position() + 1 >= line.words().line().size()) {
            throw new SampleError("'hdr' expects <name> and <value> as arguments");
        }
        String name = line.words().next().toLowerCase(Locale.ROOT);
        if (Set.of("content-length", "content-type", "transfer-encoding", "connection")
                .contains(name)) {
            line.words().warn("header '" + name + "' always ignored by the http reply.");
            line.words().next();
            return;
        }
        fields.add(new Field(Text.bytes(name), line.format("")));
    }

    private static byte[] read(String name) {
        return readFile(name, "");
    }

    private static byte[] readFile(String name, String suffix) {
        try {
            Path path = Path.of(name);
            if (Files.size(path) > MAX_FILE_BYTES) {
                throw new SampleError("file '" + name + "' exceeds the buffer size (" + MAX_FILE_BYTES + ")");
            }
            return Files.readAllBytes(path);
        } catch (IOException | InvalidPathException e) {
            throw new SampleError("error opening file '" + name + "'" + suffix);
        }
    }

    private static Reply errorFile(byte[] content) {
        String text = Text.string(content, 0, content.length);
        int end = text.indexOf("\r\n\r\n");
        int bodyStart = end >= 0 ? end + 4 : text.indexOf("\n\n") + 2;
        if (!text.startsWith("HTTP/1.") || text.length() < 12 || bodyStart < 2) {
            throw new SampleError("unable to parse the file as an HTTP response");
        }
        int status = Status.parse(text.substring(9, 12), 200, 599);
        if (status < 0) {
            throw new SampleError("unable to parse the file as an HTTP response");
        }
        return new Reply(status, content, bodyStart, false);
    }

    private Reply build(Facts facts, List<Field> all, Format content, @Nullable String type) {
        facts.status = status;
        Output out = facts.scratch.output;
        out.clear();
        content.write(facts, out);
        byte[] payload = Arrays.copyOf(out.bytes(), out.length());
        StringBuilder head = new StringBuilder(256);
        head.append("HTTP/1.1 ")
                .append(status)
                .append(' ')
                .append(Status.reason(status))
                .append("\r\n");
        for (Field field : all) {
            Output value = field.value().render(facts);
            if (value.length() > 0 && Edits.isSafe(value.bytes(), 0, value.length())) {
                head.append(Text.string(field.name(), 0, field.name().length))
                        .append(": ")
                        .append(Text.string(value.bytes(), 0, value.length()))
                        .append("\r\n");
            }
        }
        if (status >= 200 && status != 204 && status != 304) {
            head.append("content-length: ").append(payload.length).append("\r\n");
        }
        if (payload.length > 0 && type != null) {
            head.append("content-type: ").append(type).append("\r\n");
        }
        head.append("\r\n");
        byte[] start = head.toString().getBytes(StandardCharsets.ISO_8859_1);
        byte[] bytes = Arrays.copyOf(start, start.length + payload.length);
        System.arraycopy(payload, 0, bytes, start.length, payload.length);
        return new Reply(status, bytes, start.length, false);
    }
}
