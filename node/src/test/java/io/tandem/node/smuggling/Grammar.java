// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.smuggling;

import io.tandem.node.differential.wire.StrictReader.Field;
import io.tandem.node.fuzz.Fuzz;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Makes messages: most of them right but for one or two things. */
final class Grammar {
    static final String TAG = "x-round";
    private static final String HIDDEN = "GET /hidden HTTP/1.1\r\nHost: b\r\n\r\n";
    private static final String[] METHODS = {
        "GET",
        "POST",
        "PUT",
        "HEAD",
        "OPTIONS",
        "DELETE",
        "PATCH",
        "get",
        "CONNECT",
        "PRI",
        "",
        "G T",
        "GET\r\n",
        "GET /x",
        "G\0",
        "G\u00e9",
        "M-SEARCH",
        "GET / HTTP/1.1\r\nX: ",
        "A:B",
        "(",
        "TRACE"
    };
    private static final String[] SCHEMES = {
        "http", "https", "HTTP", "", "ftp", "http:", "ht tp", "http\r\n", "http://b/?", "h\0"
    };
    private static final String[] AUTHORITIES = {
        "a",
        "a.example",
        "a:80",
        "a:443",
        "a:8080",
        "",
        "a b",
        "a\r\nX: y",
        "u@a",
        "a/b",
        "a?b",
        "a#b",
        "a:80:90",
        "[::1]",
        "[::1]:80",
        "a,b",
        "a\t",
        "a\0b",
        "\u00e9",
        "a:",
        ":80",
        "a:+80",
        "a:080"
    };
    private static final String[] PATHS = {
        "/",
        "/p",
        "/p?q=1",
        "*",
        "",
        "/a b",
        "/a#b",
        "/a\r\nX: y",
        "//b/c",
        "http://b/c",
        "p",
        "/%00",
        "/\0",
        "/\t",
        "/\u007f",
        "/\u00e9",
        "/a\\b",
        "/ HTTP/1.1\r\nX: y",
        "/../x",
        "?q",
        "/a\n",
        "/a;b",
        "/?a b",
        "/?\u00ff",
        "*x"
    };
    private static final String[] NAMES = {
        "x-a",
        "x-b",
        "accept",
        "cookie",
        "cookie",
        "host",
        "content-length",
        "transfer-encoding",
        "connection",
        "te",
        "upgrade",
        "keep-alive",
        "proxy-connection",
        "expect",
        "X-Upper",
        "x y",
        "x:y",
        "x\r\ny",
        "x\0",
        " x",
        "x ",
        "",
        ":x",
        ":path",
        ":method",
        ":authority",
        ":status",
        "\u00e9",
        "trailer",
        "x_y",
        "content-type",
        "http2-settings",
        "sec-websocket-key",
        "x\t",
        "x\ny: z\r\na",
        "date",
        "content-length ",
        "transfer-encoding\t",
        "x(",
        "forwarded",
        "via"
    };
    private static final String[] VALUES = {
        "v", "", " v", "v ", "\tv\t", "a\r\nX: y", "a\nb", "a\rb", "a\0b", "chunked", "identity", "trailers", "close",
        "upgrade", "websocket", "0", "3", "5", "5, 5", "5,6", "+5", "-1", "5 ", "0x5", "99999999999999999999",
                "100-continue",
        "\u00e9\u00ff", "\u0001", "\u007f", "a,b", "a\r\n b", "a=b", "x".repeat(300), HIDDEN, "gzip, chunked", "a;b",
                "\"q\""
    };
    private static final String[] STATUSES = {
        "200", "204", "304", "404", "500", "301", "206", "201", "418", "599", "101", "100", "103", "99", "600", "0200",
        "2 00", "200 OK", "", "2\r\n", "abc", "+20", "999", "000", "205"
    };
    private static final String[] BODIES = {
        "", "abc", "hello", HIDDEN, "0\r\n\r\n", "0\r\n\r\n" + HIDDEN, "x".repeat(700), "\r\n", "\0"
    };

    private Grammar() {}

    private static boolean rarely(Random random) {
        return random.nextInt(10) == 0;
    }

    /** A request that says {@code tag}, among other things. */
    static Sent request(Random random, String tag) {
        List<Field> fields = new ArrayList<>();
        pseudo(random, fields, ":method", random.nextBoolean() ? "POST" : Fuzz.oneOf(random, METHODS));
        if (!rarely(random)) {
            pseudo(random, fields, ":scheme", rarely(random) ? Fuzz.oneOf(random, SCHEMES) : "http");
        }
        if (!rarely(random)) {
            pseudo(random, fields, ":authority", random.nextInt(3) == 0 ? Fuzz.oneOf(random, AUTHORITIES) : "a");
        }
        if (!rarely(random)) {
            pseudo(random, fields, ":path", random.nextInt(3) == 0 ? Fuzz.oneOf(random, PATHS) : "/p");
        }
        if (random.nextInt(30) == 0) {
            pseudo(random, fields, ":protocol", Fuzz.oneOf(random, new String[] {"websocket", "", "x\r\ny"}));
        }
        if (random.nextInt(4) == 0) {
            Collections.shuffle(fields, random);
        }
        List<String> data = data(random);
        regular(random, fields, data);
        fields.add(rarely(random) ? random.nextInt(fields.size() + 1) : fields.size(), new Field(TAG, tag));
        return new Sent(fields, data, trailers(random));
    }

    /** A response, perhaps behind others. */
    static Sent response(Random random) {
        List<Field> fields = new ArrayList<>();
        pseudo(random, fields, ":status", random.nextInt(3) == 0 ? Fuzz.oneOf(random, STATUSES) : "200");
        List<String> data = data(random);
        regular(random, fields, data);
        return new Sent(fields, data, trailers(random));
    }

    private static void pseudo(Random random, List<Field> fields, String name, String value) {
        String meant = random.nextInt(25) == 0 ? Fuzz.mutate(random, value, VALUES) : value;
        fields.add(new Field(name, meant));
        if (random.nextInt(40) == 0) {
            fields.add(new Field(name, meant));
        }
    }

    private static void regular(Random random, List<Field> fields, List<String> data) {
        if (random.nextInt(4) == 0) {
            int length = String.join("", data).length() + (random.nextInt(4) == 0 ? random.nextInt(7) - 3 : 0);
            fields.add(new Field("content-length", Integer.toString(length)));
        }
        for (int i = random.nextInt(5); i > 0; i--) {
            boolean odd = random.nextInt(3) == 0;
            String name = odd ? Fuzz.oneOf(random, NAMES) : "x-" + (char) ('a' + random.nextInt(26));
            String value = random.nextInt(3) == 0 ? Fuzz.oneOf(random, VALUES) : "v" + i;
            if (random.nextInt(25) == 0) {
                name = Fuzz.mutate(random, name, NAMES);
            }
            if (random.nextInt(25) == 0) {
                value = Fuzz.mutate(random, value, VALUES);
            }
            fields.add(new Field(name, value));
        }
    }

    private static List<String> data(Random random) {
        List<String> data = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            data.add(Fuzz.oneOf(random, BODIES));
        }
        return data;
    }

    private static List<Field> trailers(Random random) {
        List<Field> trailers = new ArrayList<>();
        if (random.nextInt(4) == 0) {
            regular(random, trailers, List.of());
        }
        return trailers;
    }

    private static final String[] LINES = {
        "Content-Length: 3",
        "Content-Length: 5",
        "Transfer-Encoding: chunked",
        "transfer-encoding: Chunked",
        "Connection: close",
        "Connection: x-a, keep-alive",
        "Keep-Alive: 5",
        "Upgrade: h2c",
        "Upgrade: websocket\r\nConnection: Upgrade",
        "X-A: b",
        "X-A:b ",
        "X-B:",
        "Cookie: a=b",
        "Cookie: c",
        "Set-Cookie: a",
        "Set-Cookie: b",
        "TE: trailers",
        "TE: gzip",
        "Expect: 100-continue",
        "Proxy-Connection: close",
        "X-C: \u00e9",
        "Trailer: x",
        "HTTP2-Settings: x",
        "Host: b",
        "X: a\r\n b",
        "X y: z",
        "X : z",
        "X-D: a\tb",
        ":path: /x",
        "Content-Length: 3, 3",
        "Date: x",
        "X\0: y",
        "X: \0",
        "X: \r",
        "\u00e9: x"
    };
    private static final String[] H1_BODIES = {
        "",
        "abc",
        "hello",
        "3\r\nabc\r\n0\r\n\r\n",
        "0\r\n\r\n",
        "5;x=y\r\nhello\r\n0\r\nX-T: u\r\n\r\n",
        "3\nabc\n0\n\n",
        "0\r\nTransfer-Encoding: x\r\n\r\n",
        "3\r\nabc",
        HIDDEN
    };
    private static final String[] H1_WORDS = {
        "\r", "\n", "\r\n", " ", "\t", ":", "\0", ",", "\u00e9", "chunked", "0", "/", "#", "HTTP/1.1"
    };

    private static String http1(Random random, String start, String more) {
        StringBuilder text = new StringBuilder(start).append("\r\n").append(more);
        boolean chunked = random.nextInt(3) == 0;
        String body = Fuzz.oneOf(random, H1_BODIES);
        if (random.nextInt(3) > 0) {
            text.append(chunked ? "Transfer-Encoding: chunked" : "Content-Length: " + body.length())
                    .append("\r\n");
        }
        for (int i = random.nextInt(4); i > 0; i--) {
            text.append(Fuzz.oneOf(random, LINES)).append("\r\n");
        }
        text.append("\r\n").append(body);
        return random.nextInt(3) == 0 ? Fuzz.mutate(random, text.toString(), H1_WORDS) : text.toString();
    }

    /** A request's bytes in HTTP/1, to be followed by another's. */
    static String http1Request(Random random, String tag) {
        String[] targets = {
            "/p", "/", "*", "http://a/p", "http://a", "a:80", "/a#b", "/\u00e9", "//b", "http://b/p?q", "/p?a=b"
        };
        String[] versions = {"HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/2.0", "HTTP/1.2"};
        String start = (random.nextInt(3) == 0 ? Fuzz.oneOf(random, METHODS) : "POST") + " "
                + (random.nextInt(3) == 0 ? Fuzz.oneOf(random, targets) : "/p") + " " + Fuzz.oneOf(random, versions);
        return http1(random, start, (rarely(random) ? "" : "Host: a\r\n") + TAG + ": " + tag + "\r\n");
    }

    /** A response's bytes in HTTP/1. */
    static String http1Response(Random random) {
        String status = random.nextInt(3) == 0 ? Fuzz.oneOf(random, STATUSES) : "200";
        String interim = rarely(random) ? "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" : "";
        return interim + http1(random, "HTTP/1.1 " + status + " OK", "");
    }
}
