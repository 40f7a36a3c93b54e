// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.balance;

import io.tandem.node.backend.Backend;
import io.tandem.node.language.Arguments;
import io.tandem.node.language.Directive;
import io.tandem.node.language.Draft;
import io.tandem.node.language.Facet;
import io.tandem.node.language.FacetKey;
import io.tandem.node.language.Keyword;
import io.tandem.node.language.ProxyDraft;
import io.tandem.node.language.SectionKind;
import io.tandem.node.rules.sample.Text;
import io.tandem.node.setup.Assembly;
import io.tandem.node.setup.Feature;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;

/** {@code balance}, {@code hash-type} and {@code option allbackups}: how a backend chooses a server. */
public final class Balancing implements Feature {
    private static final FacetKey<Choice> CHOICE = new FacetKey<>(Choice.class, Choice::new);

    private static final Keyword<Directive> BALANCE = Keyword.directive("balance", SectionKind.PROXIES)
            .arguments("roundrobin | static-rr | leastconn | first | source | random[(DRAWS)] | rdp-cookie[(NAME)]")
            .doc("how a server is chosen for a new client")
            .as(Balancing::balance);

    private static final Keyword<Directive> HASH_TYPE = Keyword.directive("hash-type", SectionKind.PROXIES)
            .arguments("map-based")
            .doc("how a hash becomes a server")
            .as(Balancing::hashType);

    private static final Keyword<Directive> ALL_BACKUPS = Keyword.directive("option allbackups", SectionKind.PROXIES)
            .negatable()
            .doc("uses all backup servers together, not the first one alone")
            .as(Balancing::allBackups);

    private static final class Choice implements Facet {
        Supplier<Algorithm> algorithm = () -> new RoundRobin(WeightedSequence::smooth, true);
        boolean allBackups;
        boolean given;
        boolean hashes;

        @Override
        public Facet inherit() {
            Choice copy = new Choice();
            copy.algorithm = algorithm;
            copy.allBackups = allBackups;
            copy.given = given;
            copy.hashes = hashes;
            return copy;
        }
    }

    @Override
    public List<Keyword<Directive>> directives() {
        return List.of(BALANCE, HASH_TYPE, ALL_BACKUPS);
    }

    private static void balance(Arguments line, Draft draft) {
        if (!draft.needsBackend(line, "balance", ".")) {
            return;
        }
        String name = line.next();
        draft.facet(CHOICE).given = true;
        draft.facet(CHOICE).hashes = name.equals("source") || name.startsWith("rdp-cookie");
        draft.facet(CHOICE).algorithm = switch (name) {
            case "", "roundrobin" -> () -> new RoundRobin(WeightedSequence::smooth, true);
            case "static-rr" -> () -> new RoundRobin(WeightedSequence::fixed, false);
            case "leastconn" -> LeastConnections::new;
            case "first" -> First::new;
            case "source" -> SourceHash::new;
            default -> other(line, name);
        };
    }

    private static Supplier<Algorithm> other(Arguments line, String name) {
        if (name.equals("rdp-cookie")) {
            return () -> new CookieHash(Text.bytes("mstshash"));
        }
        if (name.startsWith("rdp-cookie(")) {
            if (!name.endsWith(")") || name.equals("rdp-cookie()")) {
                throw line.error("balance rdp-cookie : missing cookie name.");
            }
            byte[] cookie = Text.bytes(name.substring("rdp-cookie(".length(), name.length() - 1));
            return () -> new CookieHash(cookie);
        }
        if (name.equals("random") || name.startsWith("random(")) {
            int draws = draws(line, name);
            return () -> new RandomDraws(draws, n -> ThreadLocalRandom.current().nextInt(n));
        }
        if (name.equals("uri") || name.equals("url_param") || name.startsWith("hdr(") || name.equals("hash")) {
            throw line.error("'balance " + name + "' is not supported by this version of tandem");
        }
        throw line.error("balance only supports 'roundrobin', 'static-rr', 'leastconn', 'source', 'uri', 'url_param',"
                + " 'hdr(name)' and 'rdp-cookie(name)' options.");
    }

    private static int draws(Arguments line, String name) {
        if (name.equals("random")) {
            return 2;
        }
        String argument = name.substring("random(".length());
        int digits = 0;
        while (digits < argument.length() && Character.isDigit(argument.charAt(digits))) {
            digits++;
        }
        if (!argument.startsWith(")", digits) || argument.length() != digits + 1) {
            char unexpected = digits < argument.length() ? argument.charAt(digits) : ' ';
            throw line.error("balance random : unexpected character '" + unexpected + "' after argument.");
        }
        int draws = digits == 0 ? 2 : digits > 6 ? 1_000_000 : Integer.parseInt(argument.substring(0, digits));
        if (draws < 1) {
            throw line.error("balance random : number of draws must be at least 1.");
        }
        return draws;
    }

    private static void hashType(Arguments line, Draft draft) {
        if (!draft.needsBackend(line, "hash-type", ".")) {
            return;
        }
        String method = line.next();
        if (!method.equals("map-based") && !method.equals("consistent") && !method.equals("avalanche")) {
            throw line.error("'hash-type' only supports 'consistent' and 'map-based'.");
        }
        if (!method.equals("map-based") || line.hasNext()) {
            throw line.error("'hash-type " + method + (line.hasNext() ? " " + line.peek() : "")
                    + "' is not supported by this version of tandem");
        }
    }

    private static void allBackups(Arguments line, Draft draft) {
        if (draft.needsBackend(line, "allbackups", ".")) {
            if (line.hasNext()) {
                throw line.error("'option allbackups' cannot handle unexpected argument '" + line.peek() + "'.");
            }
            draft.facet(CHOICE).allBackups = !line.negated();
        }
    }

    @Override
    public void complete(ProxyDraft draft, Backend.Builder backend, Assembly assembly) {
        Choice choice = draft.facet(CHOICE);
        backend.balances = choice.given;
        backend.hashes = choice.hashes;
        backend.balancer =
                new RebuiltBalancer(backend.servers, backend.state, choice.algorithm.get(), choice.allBackups);
    }
}
