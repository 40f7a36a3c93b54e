// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.action;

import io.tandem.config.haproxy.Line;
import io.tandem.node.frontend.Frontend;
import io.tandem.node.frontend.http.Headers;
import io.tandem.node.language.Arguments;
import io.tandem.node.language.Directive;
import io.tandem.node.language.Draft;
import io.tandem.node.language.Facet;
import io.tandem.node.language.FacetKey;
import io.tandem.node.language.Keyword;
import io.tandem.node.language.ProxyDraft;
import io.tandem.node.language.SectionKind;
import io.tandem.node.loop.Tuning;
import io.tandem.node.rules.Action;
import io.tandem.node.rules.Condition;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.Rules;
import io.tandem.node.rules.Verdict;
import io.tandem.node.rules.sample.Text;
import io.tandem.node.setup.Assembly;
import io.tandem.node.setup.Feature;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** {@code capture} and {@code declare capture} (HAProxy manual 4.2): what is kept of an exchange for its log line. */
public final class Captures implements Feature {
    static final FacetKey<Slots> KEY = new FacetKey<>(Slots.class, Slots::new);

    private static final byte[] COOKIE = Text.bytes("cookie");
    private static final byte[] SET_COOKIE = Text.bytes("set-cookie");

    private static final Keyword<Directive> CAPTURE = Keyword.directive("capture", SectionKind.PROXIES)
            .arguments("{request|response} header <name> len <length> | cookie <name> len <length>")
            .doc("keeps a header field or a cookie for the log")
            .as(Captures::capture);

    private static final Keyword<Directive> DECLARE = Keyword.directive("declare", SectionKind.PROXIES)
            .arguments("capture {request|response} len <length>")
            .doc("makes a slot for http-request capture and http-response capture")
            .as(Captures::declare);

    @Override
    public List<Keyword<Directive>> directives() {
        return List.of(CAPTURE, DECLARE);
    }

    private static void capture(Arguments line, Draft draft) {
        String kind = line.next();
        switch (kind) {
            case "cookie" -> cookie(line, draft);
            case "request", "response" -> header(line, draft, kind);
            default -> throw line.error("'capture' expects 'cookie' or 'request header' or 'response header'.");
        }
    }

    private static void onlyIn(Arguments line, Draft draft, String what) {
        if (draft.kind() == SectionKind.DEFAULTS) {
            throw line.error("'" + what + "' not allowed in 'defaults' section.");
        }
    }

    private static void cookie(Arguments line, Draft draft) {
        onlyIn(line, draft, "capture cookie");
        if (!draft.needsFrontend(line, "capture", ".")) {
            return;
        }
        String name = line.next();
        if (!line.accept("len") || !line.hasNext()) {
            throw line.error("'capture' expects 'cookie' <cookie_name> 'len' <len>.");
        }
        Slots slots = draft.facet(KEY);
        slots.cookie = Text.bytes(name);
        slots.cookieLength = length(line.next());
    }

    private static void header(Arguments line, Draft draft, String kind) {
        onlyIn(line, draft, "capture " + kind);
        if (!draft.needsFrontend(line, "capture", ".")) {
            return;
        }
        boolean header = line.accept("header");
        String name = line.next();
        if (!header || name.isEmpty() || !line.accept("len") || !line.hasNext()) {
            throw line.error("'capture " + kind + "' expects 'header' <header_name> 'len' <len>.");
        }
        int length = length(line.next());
        if (line.hasNext()) {
            throw line.error("'capture " + kind + "' cannot handle unexpected argument '" + line.peek() + "'.");
        }
        draft.facet(KEY).of(kind.equals("response")).add(new Slot(Text.bytes(name.toLowerCase(Locale.ROOT)), length));
    }

    private static void declare(Arguments line, Draft draft) {
        if (!line.next().equals("capture")) {
            throw line.error("'declare' needs a second keyword that specify the type of declaration ('capture')");
        }
        onlyIn(line, draft, "declare capture");
        if (draft.kind() == SectionKind.BACKEND) {
            throw line.error("'declare' only available in frontend or listen section");
        }
        String kind = line.next();
        if (!kind.equals("request") && !kind.equals("response")) {
            throw line.error("'declare capture' requires a direction ('request' or 'response')");
        }
        if (!line.accept("len")) {
            throw line.error("'declare capture' requires a capture length ('len')");
        }
        String word = line.next();
        if (!word.matches("[0-9]{1,5}") || Integer.parseInt(word) == 0) {
            throw line.error("'declare capture': 'len' requires a numeric value that represents the capture length");
        }
        draft.facet(KEY).of(kind.equals("response")).add(new Slot(null, length(word)));
    }

    private static int length(String word) {
        return word.matches("[0-9]{1,5}") ? Integer.parseInt(word) : 0;
    }

    @Override
    public void complete(ProxyDraft draft, Frontend.Builder frontend, Assembly assembly) {
        Slots slots = draft.facet(KEY);
        int longest = Tuning.of(assembly.drafts()).cookieLength();
        if (slots.cookie != null && slots.cookieLength > longest) {
            assembly.problems()
                    .warning(
                            draft.origin(),
                            "truncating capture length to " + longest + " bytes for proxy '" + draft.name() + "'.");
            slots.cookieLength = longest;
        }
        if (!slots.request.isEmpty() || !slots.response.isEmpty() || slots.cookie != null) {
            frontend.requestRules = always(action(slots, false)).then(frontend.requestRules);
        }
        if (!slots.response.isEmpty() || slots.cookie != null) {
            frontend.responseRules = always(action(slots, true)).then(frontend.responseRules);
        }
    }

    static Rules always(Action action) {
        return new Rules(List.of(new Rules.Rule(Condition.ALWAYS, action)));
    }

    private static Action action(Slots slots, boolean response) {
        Slot[] all = slots.of(response).toArray(Slot[]::new);
        int[] lengths = slots.of(response).stream().mapToInt(Slot::length).toArray();
        int[] awaitedLengths = slots.response.stream().mapToInt(Slot::length).toArray();
        int awaited = response ? 0 : slots.response.size();
        byte[] cookie = slots.cookie;
        int cookieLength = slots.cookieLength;
        return facts -> {
            Headers headers = Edits.headers(facts, response);
            if (awaited > 0) {
                keep(facts, true, awaitedLengths, new byte[awaited][]); // shown empty where no response comes
            }
            if (all.length > 0) {
                byte[] @Nullable [] before = response ? null : facts.requestCaptures; // of tcp-request content
                byte[] @Nullable [] values = before != null ? before : new byte[all.length][];
                for (int i = 0; i < all.length; i++) {
                    if (all[i].header() != null) {
                        values[i] = value(headers, all[i]);
                    }
                }
                keep(facts, response, lengths, values);
            }
            if (cookie != null) {
                byte[] found = cookie(headers, response ? SET_COOKIE : COOKIE, cookie, cookieLength, response);
                if (response) {
                    facts.responseCookie = found;
                } else {
                    facts.requestCookie = found;
                }
            }
            return Verdict.CONTINUE;
        };
    }

    @SuppressWarnings("NullAway") // an array whose elements may be null
    private static void keep(Facts facts, boolean response, int[] lengths, byte[] @Nullable [] values) {
        if (response) {
            facts.responseCaptures = values;
            facts.responseCaptureLengths = lengths;
        } else {
            facts.requestCaptures = values;
            facts.requestCaptureLengths = lengths;
        }
    }

    private static byte @Nullable [] value(Headers headers, Slot slot) {
        byte[] name = slot.header();
        if (name == null) {
            return null;
        }
        // The last one wins, as each in turn takes the slot.
        int last = -1;
        for (int i = headers.find(name, 0); i >= 0; i = headers.find(name, i + 1)) {
            last = i;
        }
        return last < 0 ? null : cut(headers.bytes(), headers.valueStart(last), headers.valueEnd(last), slot.length());
    }

    static byte[] cut(byte[] bytes, int start, int end, int length) {
        return Arrays.copyOfRange(bytes, start, Math.min(end, start + length));
    }

    /** {@code name=value} of the first cookie whose name begins with {@code wanted}. */
    private static byte @Nullable [] cookie(
            Headers headers, byte[] field, byte[] wanted, int length, boolean firstPairOnly) {
        for (int i = headers.find(field, 0); i >= 0; i = headers.find(field, i + 1)) {
            byte[] bytes = headers.bytes();
            int limit = headers.valueEnd(i);
            int at = headers.valueStart(i);
            while (at < limit) {
                while (at < limit && (bytes[at] == ' ' || bytes[at] == ';')) {
                    at++;
                }
                int end = at;
                while (end < limit && bytes[end] != ';') {
                    end++;
                }
                if (Text.startsWith(bytes, at, end, wanted, false)) {
                    return cut(bytes, at, end, length);
                }
                at = firstPairOnly ? limit : end + 1;
            }
        }
        return null;
    }

    /**
     * One slot.
     *
     * @param header the field that fills it, in lower case; null where only rules do
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Slot(byte @Nullable [] header, int length) {}

    /** The slots of a proxy, in the order of their declaration. */
    static final class Slots implements Facet {
        private final List<Slot> request = new ArrayList<>();
        private final List<Slot> response = new ArrayList<>();
        private final IdentityHashMap<Line, Integer> byRule = new IdentityHashMap<>();
        private byte @Nullable [] cookie;
        private int cookieLength;

        List<Slot> of(boolean ofResponse) {
            return ofResponse ? response : request;
        }

        /** The slot of a rule that brings its own; the same whenever the rule is compiled. */
        int slotOf(Line rule, int length) {
            return byRule.computeIfAbsent(rule, r -> {
                request.add(new Slot(null, length));
                return request.size() - 1;
            });
        }

        /** The values of the request, none yet where nothing has been kept. */
        byte[] @Nullable [] prepare(Facts facts) {
            byte[] @Nullable [] values = facts.requestCaptures;
            if (values == null) {
                values = new byte[request.size()][];
                keep(facts, false, request.stream().mapToInt(Slot::length).toArray(), values);
            }
            return values;
        }

        @Override
        public Facet inherit() {
            return new Slots();
        }
    }
}
