// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.check;

import io.tandem.node.backend.check.ExpectStep.Words;
import io.tandem.node.backend.tls.ServerTls;
import io.tandem.node.language.Arguments;
import io.tandem.node.language.LineError;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.sample.SampleError;
import io.tandem.node.rules.sample.Text;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * {@code http-check send}, and what {@code option httpchk} asks: a request.
 *
 * @param method or null for {@code OPTIONS}
 * @param uri or null for {@code /}
 * @param version or null for {@code HTTP/1.0}
 * @param implied whether it is {@code option httpchk} that says it
 */
record HttpSendStep(
        @Nullable String method,
        @Nullable Words uri,
        @Nullable String version,
        List<Field> fields,
        @Nullable Words body,
        boolean implied,
        String comment)
        implements Step {
    /** One field of the request; its name in lower case. */
    record Field(String name, Words value) {}

    HttpSendStep {
        fields = List.copyOf(fields);
    }

    /** The request on its way. {@code uri} holds the authority that Host names, where it has one. */
    record Made(String method, String uri, List<String[]> fields, byte[] body) {}

    static HttpSendStep read(RuleWords words) {
        String method = null;
        Words uri = null;
        String version = null;
        List<Field> fields = new ArrayList<>();
        Words body = null;
        String comment = "";
        while (words.hasNext()) {
            String word = words.next();
            switch (word) {
                case "meth" -> method = words.value("'meth' expects a string as argument.");
                case "uri" -> uri = constant(words.value("'uri' expects a string as argument."));
                case "uri-lf" -> uri = FormatText.read(words, words.value("'uri-lf' expects a string as argument."));
                case "ver" -> version = words.value("'ver' expects a string as argument.");
                case "hdr" -> fields.add(field(words));
                case "body" -> body = constant(words.value("'body' expects a string as argument."));
                case "body-lf" -> body = FormatText.read(words, words.value("'body-lf' expects a string as argument."));
                case "comment" -> comment = words.value("'comment' expects a string as argument.");
                default ->
                    throw words.error(
                            "expects 'comment', 'meth', 'uri', 'uri-lf', 'ver', 'hdr', 'body' or 'body-lf' but"
                                    + " got '" + word + "' as argument.");
            }
        }
        return new HttpSendStep(method, uri, version, fields, body, false, comment);
    }

    private static Field field(RuleWords words) {
        String missing = "'hdr' expects <name> and <value> as arguments";
        String name = words.value(missing);
        String value = words.value(missing);
        if (!sends(name)) {
            return new Field("", constant(""));
        }
        try {
            return new Field(name.toLowerCase(Locale.ROOT), FormatText.parse(words, value));
        } catch (SampleError error) {
            throw words.error(error.text());
        }
    }

    static Words constant(String text) {
        byte[] bytes = Text.bytes(text);
        return facts -> bytes;
    }

    /** The length of the body is ours to say. */
    private static boolean sends(String name) {
        return !name.equalsIgnoreCase("content-length") && !name.equalsIgnoreCase("transfer-encoding");
    }

    /**
     * What {@code option httpchk} says, in the words of its line.
     *
     * @param hidden headers and a body behind the version, each line ended by CR LF; or null
     */
    static HttpSendStep of(
            @Nullable String method, @Nullable String uri, @Nullable String version, @Nullable String hidden) {
        List<Field> fields = new ArrayList<>();
        Words body = null;
        if (hidden != null) {
            int end = hidden.indexOf("\r\n\r\n");
            String head = end < 0 ? hidden : hidden.substring(0, end);
            for (String line : head.split("\r\n", -1)) {
                int colon = line.indexOf(':');
                if (colon > 0 && sends(line.substring(0, colon))) {
                    fields.add(new Field(
                            line.substring(0, colon).toLowerCase(Locale.ROOT),
                            constant(line.substring(colon + 1).strip())));
                }
            }
            String rest = end < 0 ? "" : hidden.substring(end + 4);
            body = rest.isEmpty() ? null : constant(rest);
        }
        return new HttpSendStep(method, uri == null ? null : constant(uri), version, fields, body, true, "");
    }

    /** What a line says on top of what {@code option httpchk} says. */
    HttpSendStep over(HttpSendStep option) {
        return new HttpSendStep(
                method != null ? method : option.method,
                uri != null ? uri : option.uri,
                version != null ? version : option.version,
                fields.isEmpty() ? option.fields : fields,
                body != null ? body : option.body,
                false,
                comment);
    }

    /** @param state the value of {@code X-Haproxy-Server-State}, or null for none */
    Made make(Facts facts, @Nullable String state) {
        List<String[]> made = new ArrayList<>();
        String host = null;
        for (Field field : fields) {
            if (!field.name().isEmpty()) {
                String value = string(field.value(), facts);
                made.add(new String[] {field.name(), value});
                host = field.name().equals("host") ? value : host;
            }
        }
        if (state != null) {
            made.add(new String[] {"x-haproxy-server-state", state});
        }
        String target = uri == null ? "/" : string(uri, facts);
        int authority = target.indexOf("://") + 3;
        if (authority > 3 && host != null && !target.startsWith("/")) {
            int path = target.indexOf('/', authority);
            target = target.substring(0, authority) + host + (path < 0 ? "" : target.substring(path));
        }
        byte[] text = body == null ? new byte[0] : body.of(facts);
        return new Made(method == null ? "OPTIONS" : method, target, made, text);
    }

    private static String string(Words words, Facts facts) {
        byte[] bytes = words.of(facts);
        return Text.string(bytes, 0, bytes.length);
    }

    /** The name that its Host has without a port; empty for none, and for what TLS cannot ask for. */
    String serverName(Facts facts) {
        for (Field field : fields) {
            if (field.name().equals("host")) {
                String value = string(field.value(), facts);
                int colon = value.indexOf(':');
                String name = colon < 0 ? value : value.substring(0, colon);
                return name.length() <= ServerTls.LONGEST_NAME ? name : "";
            }
        }
        return "";
    }

    /** The request in HTTP/1. */
    byte[] http1(Facts facts, @Nullable String state) {
        Made made = make(facts, state);
        String spoken = version == null ? "HTTP/1.0" : version.equals("HTTP/2") ? "HTTP/1.1" : version;
        StringBuilder head = new StringBuilder(made.method());
        head.append(' ').append(made.uri()).append(' ').append(spoken).append("\r\n");
        boolean says = false;
        for (String[] field : made.fields()) {
            boolean connection = field[0].equals("connection");
            says |= connection;
            if (!connection || !field[1].equalsIgnoreCase("keep-alive")) {
                head.append(field[0]).append(": ").append(field[1]).append("\r\n");
            }
        }
        if (made.body().length > 0) {
            head.append("content-length: ").append(made.body().length).append("\r\n");
        }
        if (!says && "HTTP/1.1".equals(version)) {
            head.append("connection: close\r\n");
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(Text.bytes(head.append("\r\n").toString()));
        out.writeBytes(made.body());
        return out.toByteArray();
    }

    /** A mistake in the words of {@code option httpchk}. */
    static LineError unparsable(Arguments line, String hidden) {
        return line.error("'option httpchk' : unable to parse the request '" + hidden + "'..");
    }
}
