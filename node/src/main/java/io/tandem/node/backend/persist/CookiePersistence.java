// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.persist;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.tandem.node.backend.Persistence;
import io.tandem.node.backend.Server;
import io.tandem.node.frontend.http.Headers;
import io.tandem.node.frontend.http.Method;
import io.tandem.node.rules.Facts;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** {@code cookie}: a cookie names the server (HAProxy manual 4.2). Logs its findings in {@code %CC}'s letters. */
final class CookiePersistence implements Persistence {
    private static final byte[] COOKIE = "cookie".getBytes(ISO_8859_1);
    private static final byte[] SET_COOKIE = "set-cookie".getBytes(ISO_8859_1);
    private static final byte[] CACHE_CONTROL = "cache-control".getBytes(ISO_8859_1);
    private static final byte[] PRIVATE = "private".getBytes(ISO_8859_1);
    /** The letter of a cookie that another rule has made useless. */
    private static final char UNUSED = 'U';

    private static final long FUTURE_S = 86_400;

    /** A server and the cookie's value that names it. */
    private record Named(Server server, byte[] value) {}

    private final CookieSettings settings;
    private final boolean sendToDown;
    private final LongSupplier clockMs;
    private final byte[] name;
    private final Named[] servers;
    private final String attributes;

    /**
     * @param sendToDown {@code option persist}: a client keeps even a server that is down
     * @param clockMs wall clock, milliseconds since 1970
     */
    CookiePersistence(CookieSettings settings, List<Server> servers, boolean sendToDown, LongSupplier clockMs) {
        this.settings = settings;
        this.sendToDown = sendToDown;
        this.clockMs = clockMs;
        name = settings.name().getBytes(ISO_8859_1);
        this.servers = servers.stream()
                .filter(server -> server.description().cookie() != null)
                .map(server -> new Named(server, value(server)))
                .toArray(Named[]::new);
        attributes = "; path=/" + String.join("", settings.attributes());
    }

    private static byte[] value(Server server) {
        return String.valueOf(server.description().cookie()).getBytes(ISO_8859_1);
    }

    // ---- the request

    @Override
    public void onNoServer(Facts facts) {
        if (settings.kind() != CookieSettings.Kind.PASSIVE) {
            facts.cookieRequest = 'N';
            facts.cookieResponse = 'N';
        }
    }

    @Override
    public @Nullable Server serverFor(Facts facts) {
        boolean told = settings.kind() != CookieSettings.Kind.PASSIVE;
        facts.cookieRequest = told ? 'N' : facts.cookieRequest;
        facts.cookieResponse = told ? 'N' : facts.cookieResponse;
        Headers headers = facts.request.headers();
        int last = headers.count(); // headers added below are ours
        CookieScanner scanner = new CookieScanner();
        Server found = null;
        for (int i = headers.find(COOKIE, 0); i >= 0 && i < last; i = headers.find(COOKIE, i + 1)) {
            scanner.begin(headers.bytes(), headers.valueStart(i), headers.valueEnd(i));
            boolean ours = false;
            while (scanner.advance()) {
                if (scanner.isNamed(name)) {
                    ours = true;
                    if (facts.serverAssigned || facts.persistenceIgnored) {
                        facts.cookieRequest = told ? UNUSED : facts.cookieRequest;
                    } else if (found == null) {
                        found = judge(facts, headers.bytes(), scanner, told);
                    }
                }
            }
            if (ours) {
                hide(headers, i, scanner);
            }
        }
        facts.persistent = found;
        return found;
    }

    /** The server a value names, if it can be used; leaves the letter for the log. */
    private @Nullable Server judge(Facts facts, byte[] bytes, CookieScanner scanner, boolean told) {
        int end = delimiter(bytes, scanner);
        char letter = 'I';
        Server server = null;
        for (Named named : servers) {
            if (equal(named.value(), bytes, scanner.valueStart(), end)) {
                server = named.server();
                break;
            }
        }
        if (server != null) {
            letter = settings.dated() ? age(facts, bytes, end, scanner.valueEnd()) : 'V';
            if (letter == 'V' && !server.state().isRunning()) {
                letter = 'D';
            }
        }
        if (told) {
            facts.cookieRequest = letter;
        }
        return letter == 'V' || (letter == 'D' && (sendToDown || facts.persistenceForced)) ? server : null;
    }

    /** Where the server's name ends: before the server's own value, or before dates. */
    private int delimiter(byte[] bytes, CookieScanner scanner) {
        char delimiter = settings.kind() == CookieSettings.Kind.PREFIX ? '~' : '|';
        if (settings.kind() == CookieSettings.Kind.PREFIX || settings.dated()) {
            for (int i = scanner.valueStart(); i < scanner.valueEnd(); i++) {
                if (bytes[i] == delimiter) {
                    return i;
                }
            }
        }
        return scanner.valueEnd();
    }

    /** {@code |idle|life} behind the name: valid, expired or old; a cookie without dates is valid and will get some. */
    private char age(Facts facts, byte[] bytes, int start, int end) {
        long nowS = clockMs.getAsLong() / 1000;
        long idle = start < end ? CookieDate.decode(bytes, start + 1, end) : -1;
        int second = start + 1 + CookieDate.LENGTH;
        long life = idle >= 0 && second < end && bytes[second] == '|' ? CookieDate.decode(bytes, second + 1, end) : -1;
        if (life >= 0 && settings.maxLifeS() > 0) {
            if (nowS - life > settings.maxLifeS() || life - nowS > FUTURE_S) {
                return 'O';
            }
            facts.cookieFirstSeenS = life;
        }
        if (idle >= 0 && settings.maxIdleS() > 0 && (nowS - idle > settings.maxIdleS() || idle - nowS > FUTURE_S)) {
            return 'E';
        }
        boolean idleStale = settings.maxIdleS() > 0 && idle >> 2 != nowS >> 2;
        boolean lifeMissing = settings.maxLifeS() > 0 && life < 0;
        facts.cookieStale = idleStale || lifeMissing;
        return 'V';
    }

    /**
     * Takes out what the server shall not see of a {@code Cookie} header: our cookie, or the server's name in its own. The
     * rest moves up in place: it never gets longer.
     */
    private void hide(Headers headers, int index, CookieScanner scanner) {
        boolean remove = settings.indirect() && settings.kind() == CookieSettings.Kind.INSERT;
        if (!remove && settings.kind() != CookieSettings.Kind.PREFIX) {
            return;
        }
        byte[] bytes = headers.bytes();
        int start = headers.valueStart(index);
        int to = start;
        scanner.begin(bytes, start, headers.valueEnd(index));
        while (scanner.advance()) {
            boolean ours = scanner.isNamed(name);
            if (ours && remove) {
                continue;
            }
            int from = to == start ? scanner.pairStart() : scanner.segmentStart();
            if (to > start) {
                bytes[to++] = ';';
            }
            if (ours) {
                int delimiter = delimiter(bytes, scanner);
                boolean named = delimiter < scanner.valueEnd();
                int behind = named ? delimiter + 1 : scanner.valueStart();
                to = move(bytes, from, scanner.valueStart(), to);
                from = behind;
            }
            to = move(bytes, from, scanner.pairEnd(), to);
        }
        if (to == start) {
            headers.remove(index);
        } else {
            headers.shorten(index, to);
        }
    }

    private static int move(byte[] bytes, int from, int end, int to) {
        System.arraycopy(bytes, from, bytes, to, end - from);
        return to + end - from;
    }

    private static boolean equal(byte[] wanted, byte[] bytes, int start, int end) {
        if (end - start != wanted.length) {
            return false;
        }
        for (int i = 0; i < wanted.length; i++) {
            if (bytes[start + i] != wanted[i]) {
                return false;
            }
        }
        return true;
    }

    // ---- the response

    @Override
    public void onResponse(Facts facts) {
        Server server = facts.server;
        if (settings.kind() == CookieSettings.Kind.PASSIVE || server == null) {
            return;
        }
        facts.cookieResponse = 'N';
        boolean served = lookThroughSetCookies(facts, server);
        if (settings.kind() == CookieSettings.Kind.INSERT
                && !served
                && server.description().cookie() != null) {
            insert(facts, server);
        }
    }

    /** Treats the cookies of that name that the server sets; true where one of them stays as ours. */
    private boolean lookThroughSetCookies(Facts facts, Server server) {
        Headers headers = facts.response.headers();
        int last = headers.count();
        CookieScanner scanner = new CookieScanner();
        boolean kept = false;
        for (int i = headers.find(SET_COOKIE, 0); i >= 0 && i < last; i = headers.find(SET_COOKIE, i + 1)) {
            scanner.begin(headers.bytes(), headers.valueStart(i), headers.valueEnd(i));
            if (!scanner.advance() || !scanner.isNamed(name)) {
                continue;
            }
            if (settings.preserve()) {
                facts.cookieResponse = 'P';
                kept = true;
            } else if (settings.kind() == CookieSettings.Kind.INSERT) {
                headers.remove(i);
                facts.cookieResponse = 'D';
            } else if (server.description().cookie() != null) {
                rewrite(headers, i, scanner, server);
                facts.cookieResponse = 'R';
            }
        }
        return kept;
    }

    private void rewrite(Headers headers, int index, CookieScanner scanner, Server server) {
        byte[] bytes = headers.bytes();
        boolean prefix = settings.kind() == CookieSettings.Kind.PREFIX;
        String head = new String(
                bytes, headers.valueStart(index), scanner.valueStart() - headers.valueStart(index), ISO_8859_1);
        int from = prefix ? scanner.valueStart() : scanner.valueEnd();
        String tail = new String(bytes, from, headers.valueEnd(index) - from, ISO_8859_1);
        byte[] value = (head + server.description().cookie() + (prefix ? "~" : "") + tail).getBytes(ISO_8859_1);
        if (headers.add(SET_COOKIE, value, 0, value.length)) {
            headers.remove(index);
        }
    }

    private void insert(Facts facts, Server server) {
        boolean hasIt = facts.persistent == server;
        if (facts.persistenceIgnored
                || (hasIt && !facts.cookieStale)
                || (settings.postOnly() && facts.request.method() != Method.POST)) {
            return;
        }
        byte[] value = (settings.name() + "=" + server.description().cookie() + dates(facts, hasIt) + attributes)
                .getBytes(ISO_8859_1);
        if (facts.response.headers().add(SET_COOKIE, value, 0, value.length)) {
            facts.cookieResponse = hasIt ? 'U' : 'I';
            if (settings.noCache() && Cacheability.mayBeStored(facts)) {
                facts.response.headers().add(CACHE_CONTROL, PRIVATE, 0, PRIVATE.length);
            }
        }
    }

    private String dates(Facts facts, boolean hasIt) {
        if (!settings.dated()) {
            return "";
        }
        long nowS = clockMs.getAsLong() / 1000;
        String dates = "|" + CookieDate.encode(nowS);
        if (settings.maxLifeS() > 0) {
            long first = hasIt && facts.cookieFirstSeenS > 0 ? facts.cookieFirstSeenS : nowS;
            dates += "|" + CookieDate.encode(first);
        }
        return dates;
    }
}
