// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import static io.tandem.node.rules.sample.FetchKind.fetch;
import static io.tandem.node.rules.sample.Parameter.optionalString;

import io.tandem.node.frontend.http.Method;
import io.tandem.node.frontend.http.Request;
import io.tandem.node.language.Keyword;
import io.tandem.node.rules.Facts;
import java.util.List;

/** Fetches on the request line and what is derived from it (HAProxy manual 7.3.6). */
final class RequestFetches {
    private static final byte[] HTTP_1_0 = Text.bytes("HTTP/1.0");
    private static final byte[] HTTP_1_1 = Text.bytes("HTTP/1.1");
    private static final byte[][] VERSIONS = {Text.bytes("1.0"), Text.bytes("1.1"), Text.bytes("2.0")};

    static final List<Keyword<FetchKind>> ALL = List.of(
            fetch("method")
                    .returns(SampleType.METHOD)
                    .of(Need.REQUEST_KEPT)
                    .readsRequest()
                    .doc("the request's method")
                    .simply(RequestFetches::method),
            fetch("path")
                    .of(Need.REQUEST_HEAD)
                    .doc("the path, without the query")
                    .simply(RequestFetches::path),
            fetch("pathq")
                    .of(Need.REQUEST_HEAD)
                    .doc("the path and the query")
                    .simply((facts, out) -> pathAndQuery(facts.request, out)),
            fetch("query")
                    .of(Need.REQUEST_HEAD)
                    .doc("what follows the question mark")
                    .simply(RequestFetches::query),
            fetch("url").of(Need.REQUEST_HEAD).doc("the whole request target").simply((facts, out) -> {
                Request request = facts.request;
                out.set(SampleType.STRING, request.bytes(), request.uriStart(), request.uriEnd());
                return out.length() > 0;
            }),
            fetch("url_ip")
                    .returns(SampleType.ADDRESS)
                    .of(Need.REQUEST_HEAD)
                    .doc("the address of an absolute request target")
                    .simply((facts, out) ->
                            authority(facts.request, out, false) && Casts.cast(SampleType.ADDRESS, facts.scratch, out)),
            fetch("url_port")
                    .returns(SampleType.INTEGER)
                    .of(Need.REQUEST_HEAD)
                    .doc("the port of an absolute request target")
                    .simply((facts, out) ->
                            authority(facts.request, out, true) && Casts.cast(SampleType.INTEGER, facts.scratch, out)),
            fetch("req.ver").of(Need.REQUEST_HEAD).doc("the HTTP version").simply(RequestFetches::version),
            fetch("req_ver").of(Need.REQUEST_HEAD).doc("the HTTP version").simply(RequestFetches::version),
            fetch("req_proto_http")
                    .returns(SampleType.BOOLEAN)
                    .of(Need.REQUEST_KEPT)
                    .doc("whether the request is HTTP")
                    .simply(RequestFetches::isHttp),
            fetch("req.proto_http")
                    .returns(SampleType.BOOLEAN)
                    .of(Need.REQUEST_KEPT)
                    .doc("whether the request is HTTP")
                    .simply(RequestFetches::isHttp),
            fetch("http_first_req")
                    .returns(SampleType.BOOLEAN)
                    .of(Need.REQUEST_KEPT)
                    .doc("whether it is the first request of its connection")
                    .simply((facts, out) -> {
                        out.set(facts.requestsOnConnection <= 1);
                        return true;
                    }),
            parameter("url_param"),
            parameter("urlp"),
            fetch("urlp_val")
                    .args(optionalString("name"), optionalString("delimiter"))
                    .returns(SampleType.INTEGER)
                    .of(Need.REQUEST_HEAD)
                    .doc("a parameter of the query as a number")
                    .as(args -> new HeaderFetches.Cast(new UrlParameter(args), SampleType.INTEGER)),
            fetch("status")
                    .returns(SampleType.INTEGER)
                    .of(Need.RESPONSE_KEPT)
                    .doc("the response's status")
                    .simply((facts, out) -> {
                        out.set(facts.responding ? facts.response.status() : facts.status);
                        return out.number > 0 && (facts.responding || !facts.lacksRequest());
                    }),
            fetch("res.ver")
                    .of(Need.RESPONSE_HEAD)
                    .doc("the response's HTTP version")
                    .simply((facts, out) -> {
                        out.text(VERSIONS[facts.response.isHttp2() ? 2 : facts.response.minorVersion()]);
                        return facts.responding;
                    }),
            fetch("resp_ver")
                    .of(Need.RESPONSE_HEAD)
                    .doc("the response's HTTP version")
                    .simply((facts, out) -> {
                        out.text(VERSIONS[facts.response.isHttp2() ? 2 : facts.response.minorVersion()]);
                        return facts.responding;
                    }),
            fetch("capture.req.method")
                    .of(Need.REQUEST_KEPT)
                    .doc("the request's method")
                    .simply((facts, out) -> {
                        Request request = facts.request;
                        out.set(
                                SampleType.STRING,
                                request.bytes(),
                                request.receivedMethodStart(),
                                request.receivedMethodEnd());
                        return out.length() > 0;
                    }),
            fetch("capture.req.uri")
                    .of(Need.REQUEST_KEPT)
                    .doc("the request's target as received, without scheme and host")
                    .simply((facts, out) -> {
                        Request request = facts.request;
                        return pathAndQuery(request, request.receivedUriStart(), request.receivedUriEnd(), out);
                    }),
            fetch("capture.req.ver")
                    .of(Need.REQUEST_KEPT)
                    .doc("the request's HTTP version")
                    .simply((facts, out) -> {
                        out.text(facts.request.minorVersion() == 0 ? HTTP_1_0 : HTTP_1_1);
                        return true;
                    }),
            fetch("capture.res.ver")
                    .of(Need.REQUEST_KEPT) // HAProxy lets rules on requests ask, and answers nothing
                    .doc("the response's HTTP version")
                    .simply((facts, out) -> {
                        out.text(facts.response.minorVersion() == 0 ? HTTP_1_0 : HTTP_1_1);
                        return facts.responding;
                    }));

    private RequestFetches() {}

    /** In TCP mode the bytes there are tell; with HTTP there is a request whenever this is asked. */
    private static boolean isHttp(Facts facts, Sample out) {
        if (facts.isHttp()) {
            out.set(true);
            return !facts.responding;
        }
        HttpGuess.Result guess = HttpGuess.of(facts.content, facts.contentStart, facts.contentEnd);
        facts.incomplete |= guess == HttpGuess.Result.INCOMPLETE && !facts.contentFinal;
        out.set(true);
        return guess == HttpGuess.Result.YES;
    }

    private static boolean method(Facts facts, Sample out) {
        Request request = facts.request;
        out.set(SampleType.METHOD, request.bytes(), request.methodStart(), request.methodEnd());
        return out.length() > 0;
    }

    private static boolean version(Facts facts, Sample out) {
        out.text(VERSIONS[facts.request.isHttp2() ? 2 : facts.request.minorVersion()]);
        return true;
    }

    /** The target from its path on: behind scheme and authority where it is absolute. */
    static boolean pathAndQuery(Request request, Sample out) {
        return pathAndQuery(request, request.uriStart(), request.uriEnd(), out);
    }

    private static boolean pathAndQuery(Request request, int uriStart, int end, Sample out) {
        byte[] bytes = request.bytes();
        int start = uriStart;
        if (start == end || bytes[start] == '*' || request.method() == Method.CONNECT) {
            return false;
        }
        if (bytes[start] != '/') {
            start = authorityStart(bytes, start, end);
            while (start < end && bytes[start] != '/' && bytes[start] != '?') {
                start++;
            }
        }
        out.set(SampleType.STRING, bytes, start, end);
        return start < end;
    }

    private static int authorityStart(byte[] bytes, int start, int end) {
        for (int i = start; i + 2 < end; i++) {
            if (bytes[i] == ':' && bytes[i + 1] == '/' && bytes[i + 2] == '/') {
                return i + 3;
            }
        }
        return end;
    }

    static boolean path(Facts facts, Sample out) {
        if (!pathAndQuery(facts.request, out)) {
            return false;
        }
        out.end = find(out.bytes, out.start, out.end, '?');
        return out.length() > 0;
    }

    private static int find(byte[] bytes, int start, int end, char wanted) {
        for (int i = start; i < end; i++) {
            if (bytes[i] == wanted) {
                return i;
            }
        }
        return end;
    }

    private static boolean query(Facts facts, Sample out) {
        Request request = facts.request;
        int mark = find(request.bytes(), request.uriStart(), request.uriEnd(), '?');
        if (mark == request.uriEnd()) {
            return false;
        }
        out.set(SampleType.STRING, request.bytes(), mark + 1, request.uriEnd());
        return true;
    }

    private static boolean authority(Request request, Sample out, boolean port) {
        byte[] bytes = request.bytes();
        int start = request.uriStart();
        if (start == request.uriEnd() || bytes[start] == '/') {
            return false;
        }
        start = authorityStart(bytes, start, request.uriEnd());
        int end = find(bytes, start, request.uriEnd(), '/');
        int colon = end;
        while (colon > start && bytes[colon - 1] >= '0' && bytes[colon - 1] <= '9') {
            colon--;
        }
        boolean hasPort = colon > start && bytes[colon - 1] == ':';
        if (port) {
            out.set(SampleType.STRING, bytes, colon, end);
            return hasPort;
        }
        out.set(SampleType.STRING, bytes, start, hasPort ? colon - 1 : end);
        return true;
    }

    private static Keyword<FetchKind> parameter(String name) {
        return fetch(name)
                .args(optionalString("name"), optionalString("delimiter"))
                .of(Need.REQUEST_HEAD)
                .doc("a parameter of the query, or of the path behind the delimiter")
                .as(UrlParameter::new);
    }

    /** {@code name=value} pairs separated by {@code &} or {@code ;}, behind the first question mark or delimiter. */
    private static final class UrlParameter implements Fetch {
        private final byte[] name;
        private final char delimiter;

        UrlParameter(Args args) {
            name = args.bytes(0);
            delimiter = args.has(1) ? args.string(1).charAt(0) : '?';
        }

        @Override
        public boolean fetch(Facts facts, Sample out) {
            Request request = facts.request;
            out.cursor = find(request.bytes(), request.uriStart(), request.uriEnd(), delimiter) + 1L;
            return next(facts, out);
        }

        @Override
        public boolean next(Facts facts, Sample out) {
            return UrlParameters.next(facts.request.bytes(), facts.request.uriEnd(), name, out);
        }
    }
}
