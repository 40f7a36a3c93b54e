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
import io.tandem.node.language.Mode;
import io.tandem.node.language.ProxyDraft;
import io.tandem.node.language.SectionKind;
import io.tandem.node.setup.Assembly;
import io.tandem.node.setup.Feature;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** {@code balance}, {@code hash-type} and {@code option allbackups}: how a backend chooses a server. */
public final class Balancing implements Feature {
    private static final FacetKey<Choice> CHOICE = new FacetKey<>(Choice.class, Choice::new);

    private static final String ALGORITHMS =
            "balance only supports 'roundrobin', 'static-rr', 'leastconn', 'source', 'uri', 'url_param', 'hdr(name)' and"
                    + " 'rdp-cookie(name)' options.";

    private static final Keyword<Directive> BALANCE = Keyword.directive("balance", SectionKind.PROXIES)
            .arguments(
                    "roundrobin | static-rr | leastconn | first | random[(DRAWS)] | source | uri [OPTION…] |"
                            + " url_param NAME [check_post] | hdr(NAME) [use_domain_only] | hash EXPRESSION | rdp-cookie[(NAME)]")
            .doc("how a server is chosen for a new client")
            .as(Balancing::balance);

    private static final Keyword<Directive> HASH_TYPE = Keyword.directive("hash-type", SectionKind.PROXIES)
            .arguments("{map-based | consistent} [sdbm | djb2 | wt6 | crc32] [avalanche]")
            .doc("how a hash becomes a server")
            .as(Balancing::hashType);

    private static final Keyword<Directive> BALANCE_FACTOR = Keyword.directive(
                    "hash-balance-factor", SectionKind.PROXIES)
            .arguments("PERCENT")
            .doc("the most sessions a server takes, of the average, with hash-type consistent or balance random")
            .as(Balancing::balanceFactor);

    private static final Keyword<Directive> AFFINITY = Keyword.directive("hash-preserve-affinity", SectionKind.PROXIES)
            .arguments("always | maxconn | maxqueue")
            .doc("whether a key waits for its own server, or goes to the next where that one or its queue is full")
            .as(Balancing::affinity);

    private static final Keyword<Directive> ALL_BACKUPS = Keyword.directive("option allbackups", SectionKind.PROXIES)
            .negatable()
            .doc("uses all backup servers together, not the first one alone")
            .as(Balancing::allBackups);

    /** An algorithm, made once all is known about hashes. */
    @FunctionalInterface
    private interface Maker {
        Algorithm make(HashType type);
    }

    private static final class Choice implements Facet {
        Maker algorithm = type -> new RoundRobin(WeightedSequence::smooth, true);
        HashType hashType = HashType.DEFAULT;
        /** Of {@code balance hash}: compiled when the proxy is known, for in defaults none is. */
        @Nullable String expression;

        boolean allBackups;
        boolean given;
        boolean hashes;
        /** Whether it looks at HTTP requests. */
        boolean needsHttp;
        /** Whether it looks at the bodies of POSTs. */
        boolean readsPosts;

        @Override
        public Facet inherit() {
            Choice copy = new Choice();
            copy.algorithm = algorithm;
            copy.hashType = hashType;
            copy.expression = expression;
            copy.allBackups = allBackups;
            copy.given = given;
            copy.hashes = hashes;
            copy.needsHttp = needsHttp;
            copy.readsPosts = readsPosts;
            return copy;
        }
    }

    @Override
    public List<Keyword<Directive>> directives() {
        return List.of(BALANCE, HASH_TYPE, BALANCE_FACTOR, AFFINITY, ALL_BACKUPS);
    }

    private static void balance(Arguments line, Draft draft) {
        draft.needsBackend(line, "balance", "."); // its mistakes are told all the same
        Choice choice = draft.facet(CHOICE);
        String name = line.next();
        choice.expression = null;
        choice.needsHttp = false;
        choice.hashes = false;
        choice.readsPosts = false;
        switch (name) {
            case "", "roundrobin" -> choice.algorithm = type -> new RoundRobin(WeightedSequence::smooth, true);
            case "static-rr" -> choice.algorithm = type -> new RoundRobin(WeightedSequence::fixed, false);
            case "leastconn" -> choice.algorithm = type -> new LeastConnections();
            case "first" -> choice.algorithm = type -> new First();
            case "source" -> hashes(choice, HashKeys.source());
            case "uri" -> ofHttp(choice, HashLines.uri(line));
            case "url_param" -> {
                HashKey key = HashLines.parameter(line);
                ofHttp(choice, key);
                choice.readsPosts = key instanceof PostedParameter;
            }
            case "hash" -> {
                choice.expression = HashLines.expression(line);
                choice.hashes = true;
            }
            default -> other(line, name, choice);
        }
        choice.given = true;
    }

    private static void hashes(Choice choice, HashKey key) {
        choice.algorithm = type -> new Hashing(key, type);
        choice.hashes = true;
    }

    private static void ofHttp(Choice choice, HashKey key) {
        hashes(choice, key);
        choice.needsHttp = true;
    }

    private static void other(Arguments line, String name, Choice choice) {
        if (name.startsWith("hdr(")) {
            ofHttp(choice, HashLines.header(line, name));
        } else if (name.startsWith("rdp-cookie")) {
            hashes(choice, HashLines.rdpCookie(line, name));
        } else if (name.equals("random") || name.startsWith("random(")) {
            int draws = draws(line, name);
            choice.algorithm = type -> new RandomDraws(draws, type.balanceFactor(), n -> ThreadLocalRandom.current()
                    .nextInt(n));
        } else {
            throw line.error(ALGORITHMS);
        }
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
        if (digits == argument.length()) {
            throw line.error("balance random : missing closing parenthesis.");
        }
        if (!argument.startsWith(")", digits) || argument.length() != digits + 1) {
            throw line.error("balance random : unexpected character '" + argument.charAt(digits) + "' after argument.");
        }
        int draws = digits == 0 ? 2 : digits > 6 ? 1_000_000 : Integer.parseInt(argument.substring(0, digits));
        if (draws < 1) {
            throw line.error("balance random : number of draws must be at least 1.");
        }
        return draws;
    }

    private static void hashType(Arguments line, Draft draft) {
        draft.needsBackend(line, "hash-type", "."); // its mistakes are told all the same
        Choice choice = draft.facet(CHOICE);
        choice.hashType = HashLines.type(line)
                .withBalanceFactor(choice.hashType.balanceFactor())
                .withAffinity(choice.hashType.affinity());
    }

    private static void affinity(Arguments line, Draft draft) {
        String expected = "'hash-preserve-affinity' expects one of 'always', 'maxconn' or 'maxqueue'";
        String word = line.require(expected + ".").text();
        HashType.Affinity affinity =
                switch (word) {
                    case "always" -> HashType.Affinity.ALWAYS;
                    case "maxconn" -> HashType.Affinity.MAXCONN;
                    case "maxqueue" -> HashType.Affinity.MAXQUEUE;
                    default -> throw line.error(expected + " (got '" + word + "').");
                };
        line.noMore("hash-preserve-affinity");
        if (draft.needsBackend(line, "hash-preserve-affinity", ".")) {
            Choice choice = draft.facet(CHOICE);
            choice.hashType = choice.hashType.withAffinity(affinity);
        }
    }

    private static void balanceFactor(Arguments line, Draft draft) {
        if (!line.hasNext()) {
            throw line.error("'hash-balance-factor' expects an integer argument.");
        }
        int factor = line.leadingInteger();
        if (factor != 0 && factor <= 100) {
            throw line.error("'hash-balance-factor' must be 0 or greater than 100.");
        }
        Choice choice = draft.facet(CHOICE);
        choice.hashType = choice.hashType.withBalanceFactor(factor);
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
        Maker maker = choice.algorithm;
        if (choice.needsHttp && draft.mode() != Mode.HTTP) {
            assembly.problems()
                    .warning(
                            draft.origin(),
                            "Layer 7 hash not possible for backend '" + draft.name()
                                    + "' (needs 'mode http'). Falling back to round robin.");
            maker = type -> new RoundRobin(WeightedSequence::smooth, true);
        }
        String expression = choice.expression;
        if (expression != null) {
            HashKey key = HashLines.compile(expression, draft, assembly);
            maker = type -> new Hashing(key, type);
        }
        backend.balances = choice.given;
        backend.hashes = choice.hashes;
        backend.readsPosts = choice.readsPosts && draft.mode() == Mode.HTTP;
        backend.balancer =
                new RebuiltBalancer(backend.servers, backend.state, maker.make(choice.hashType), choice.allBackups);
    }
}
