// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import static io.tandem.node.rules.sample.FetchKind.fetch;
import static io.tandem.node.rules.sample.Parameter.optionalString;

import io.tandem.node.frontend.http.Headers;
import io.tandem.node.language.Keyword;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.sample.Parameter.Kind;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Fetches on the user and password a client sends by the Basic scheme (RFC 7617; HAProxy manual 7.3.6). */
final class AuthFetches {
    private static final byte[] AUTHORIZATION = Text.bytes("authorization");
    private static final byte[] NOTHING = {};
    private static final byte[] BASIC_NAME = Text.bytes("Basic");
    private static final byte[] BEARER_NAME = Text.bytes("Bearer");
    private static final byte[] BASIC = Text.bytes("Basic ");
    private static final byte[] BEARER = Text.bytes("Bearer ");

    static final List<Keyword<FetchKind>> ALL = List.of(
            fetch("http_auth")
                    .args(Parameter.of(Kind.USERLIST))
                    .returns(SampleType.BOOLEAN)
                    .of(Need.REQUEST_HEAD)
                    .doc("whether the client is in the userlist, with the right password")
                    .as(args -> {
                        Userlist list = args.userlist(0);
                        return (facts, out) -> {
                            out.set(user(list, facts) != null);
                            return credentials(facts) != null;
                        };
                    }),
            fetch("http_auth_group")
                    .args(Parameter.of(Kind.USERLIST))
                    .of(Need.REQUEST_HEAD)
                    .doc("the groups of the client in the userlist")
                    .as(args -> new Groups(args.userlist(0))),
            fetch("http_auth_type")
                    .of(Need.REQUEST_HEAD)
                    .doc("the scheme of the client's credentials")
                    .simply((facts, out) -> {
                        if (credentials(facts) != null) {
                            out.text(BASIC_NAME);
                            return true;
                        }
                        boolean isBearer = bearer(facts.request.headers(), AUTHORIZATION, out);
                        if (isBearer) {
                            out.text(BEARER_NAME);
                        }
                        return isBearer;
                    }),
            fetch("http_auth_bearer")
                    .args(optionalString("header"))
                    .of(Need.REQUEST_HEAD)
                    .doc("the token of the scheme Bearer")
                    .as(args -> {
                        byte[] header =
                                args.has(0) ? Text.bytes(args.string(0).toLowerCase(Locale.ROOT)) : AUTHORIZATION;
                        boolean always = args.has(0); // with nothing in it, where there is no token
                        return (facts, out) -> {
                            boolean found = bearer(facts.request.headers(), header, out);
                            if (!found && always) {
                                out.text(NOTHING);
                            }
                            return found || always;
                        };
                    }),
            fetch("http_auth_user")
                    .of(Need.REQUEST_HEAD)
                    .doc("the client's user name")
                    .simply((facts, out) -> {
                        String pair = credentials(facts);
                        return pair != null && text(pair.substring(0, pair.indexOf(':')), facts, out);
                    }),
            fetch("http_auth_pass")
                    .of(Need.REQUEST_HEAD)
                    .doc("the client's password")
                    .simply((facts, out) -> {
                        String pair = credentials(facts);
                        return pair != null && text(pair.substring(pair.indexOf(':') + 1), facts, out);
                    }));

    private AuthFetches() {}

    private static boolean bearer(Headers headers, byte[] header, Sample out) {
        int at = headers.find(header, 0);
        if (at < 0 || !Text.startsWith(headers.bytes(), headers.valueStart(at), headers.valueEnd(at), BEARER, true)) {
            return false;
        }
        int start = headers.valueStart(at) + BEARER.length;
        while (start < headers.valueEnd(at) && headers.bytes()[start] == ' ') {
            start++;
        }
        out.set(SampleType.STRING, headers.bytes(), start, headers.valueEnd(at));
        return true;
    }

    private static boolean text(String text, Facts facts, Sample out) {
        return ConnectionFetches.text(text, facts.scratch, out);
    }

    /** {@code user:password}, or null where the client sends none. */
    private static @Nullable String credentials(Facts facts) {
        Headers headers = facts.request.headers();
        int at = headers.find(AUTHORIZATION, 0);
        if (at < 0 || !Text.startsWith(headers.bytes(), headers.valueStart(at), headers.valueEnd(at), BASIC, true)) {
            return null;
        }
        try {
            byte[] decoded = Base64.getDecoder()
                    .decode(Text.string(headers.bytes(), headers.valueStart(at) + BASIC.length, headers.valueEnd(at))
                            .strip());
            String pair = Text.string(decoded, 0, decoded.length);
            return pair.indexOf(':') < 0 ? null : pair;
        } catch (IllegalArgumentException notBase64) {
            return null;
        }
    }

    private static Userlist.@Nullable User user(Userlist list, Facts facts) {
        String pair = credentials(facts);
        return pair == null
                ? null
                : list.authenticate(pair.substring(0, pair.indexOf(':')), pair.substring(pair.indexOf(':') + 1));
    }

    /** Each group is an occurrence, so that an ACL finds any of them. */
    private record Groups(Userlist list) implements Fetch {
        @Override
        public boolean fetch(Facts facts, Sample out) {
            // HAProxy's value is the user's name; that its patterns are groups only ACLs know.
            String pair = credentials(facts);
            return pair != null && user(list, facts) != null && text(pair.substring(0, pair.indexOf(':')), facts, out);
        }

        @Override
        public boolean first(Facts facts, Sample out) {
            out.cursor = 0;
            return next(facts, out);
        }

        @Override
        public boolean next(Facts facts, Sample out) {
            Userlist.User user = user(list, facts);
            if (user == null) {
                return false;
            }
            long wanted = out.cursor;
            int index = 0;
            for (String group : user.groups()) {
                if (index++ == wanted) {
                    out.cursor = index;
                    return text(group, facts, out);
                }
            }
            return false;
        }
    }
}
