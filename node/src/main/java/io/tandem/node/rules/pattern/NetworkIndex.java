// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.pattern;

import io.tandem.node.rules.sample.Sample;
import io.tandem.node.rules.sample.SampleType;
import io.tandem.node.rules.sample.Scratch;
import io.tandem.node.rules.sample.Text;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Networks, the longest prefix first: method {@code ip}. An address of one family is also looked for among the networks of
 * the other as what it stands for there (HAProxy manual 7.1.6). IPv4 masks that are no prefix are tried one by one, last.
 */
final class NetworkIndex extends PatternIndex {
    static final NetworkIndex EMPTY =
            new NetworkIndex(PrefixTree.EMPTY, PrefixTree.EMPTY, Series.empty(), Series.empty());

    private static final long MAPPED = 0xFFFF_0000_0000L; // ::ffff:0:0, its lower half
    private static final int SIX_TO_FOUR = 0x2002;

    private final PrefixTree ipv4;
    private final PrefixTree ipv6;
    private final Series<Held> odd; // whose mask is no prefix
    private final Series<Held> named; // whose text cannot be read again

    private NetworkIndex(PrefixTree ipv4, PrefixTree ipv6, Series<Held> odd, Series<Held> named) {
        this.ipv4 = ipv4;
        this.ipv6 = ipv6;
        this.odd = odd;
        this.named = named;
    }

    /** A network and its entry. */
    private record Held(Network network, PatternEntry entry) implements Ordered {
        @Override
        public long order() {
            return entry.order();
        }

        boolean isOdd() {
            return network.length() == Network.NO_PREFIX;
        }

        boolean contains(long address) {
            return (address & network.mask()) == network.high() >>> 32;
        }

        PrefixTree.Prefix prefix() {
            return new PrefixTree.Prefix(network, entry);
        }
    }

    /** An index of many entries, which are sorted once. */
    static final class ManyNetworks implements Filling {
        private final List<PrefixTree.Prefix> ipv4 = new ArrayList<>();
        private final List<PrefixTree.Prefix> ipv6 = new ArrayList<>();
        private Series<Held> odd = Series.empty();
        private Series<Held> named = Series.empty();

        @Override
        public void add(PatternEntry entry, boolean names) {
            Held held = new Held(Network.parse(entry.text(), names), entry);
            if (held.network().named()) {
                named = named.with(held);
            }
            if (held.isOdd()) {
                odd = odd.with(held);
            } else {
                (held.network().ipv6() ? ipv6 : ipv4).add(held.prefix());
            }
        }

        @Override
        public PatternIndex index() {
            return new NetworkIndex(PrefixTree.of(ipv4), PrefixTree.of(ipv6), odd, named);
        }
    }

    @Override
    @Nullable PatternEntry find(Scratch scratch, Sample value) {
        if (value.type == SampleType.IPV4) {
            PatternEntry found = find4(value.number);
            return found != null || ipv6.isEmpty() ? found : ipv6.longest(0, MAPPED | value.number);
        }
        long high = Text.int32(value.bytes, value.start) << 32 | Text.int32(value.bytes, value.start + 4);
        long low = Text.int32(value.bytes, value.start + 8) << 32 | Text.int32(value.bytes, value.start + 12);
        PatternEntry found = ipv6.longest(high, low);
        if (found != null) {
            return found;
        }
        if (high == 0 && (low >>> 32 == 0 || low >>> 32 == MAPPED >>> 32)) {
            return find4(low & 0xFFFFFFFFL);
        }
        return high >>> 48 == SIX_TO_FOUR ? find4(high >>> 16 & 0xFFFFFFFFL) : null;
    }

    private @Nullable PatternEntry find4(long address) {
        PatternEntry found = ipv4.longest(address << 32, 0);
        if (found != null) {
            return found;
        }
        for (Held held = odd.from(0); held != null; held = odd.from(held.order() + 1)) {
            if (held.contains(address)) {
                return held.entry();
            }
        }
        return null;
    }

    @Override
    PatternIndex with(PatternEntry entry, boolean names) {
        Held held = new Held(Network.parse(entry.text(), names), entry);
        Network network = held.network();
        Series<Held> nowNamed = network.named() ? named.with(held) : named;
        if (held.isOdd()) {
            return new NetworkIndex(ipv4, ipv6, odd.with(held), nowNamed);
        }
        return network.ipv6()
                ? new NetworkIndex(ipv4, ipv6.with(network, entry), odd, nowNamed)
                : new NetworkIndex(ipv4.with(network, entry), ipv6, odd, nowNamed);
    }

    @Override
    PatternIndex without(PatternEntry entry) {
        Network network = network(entry);
        Series<Held> nowNamed = named.without(entry.order());
        if (network.length() == Network.NO_PREFIX) {
            return new NetworkIndex(ipv4, ipv6, odd.without(entry.order()), nowNamed);
        }
        return network.ipv6()
                ? new NetworkIndex(ipv4, ipv6.without(network, entry), odd, nowNamed)
                : new NetworkIndex(ipv4.without(network, entry), ipv6, odd, nowNamed);
    }

    /** Of an entry that is here. */
    private Network network(PatternEntry entry) {
        Held held = named.get(entry.order());
        return held == null ? Network.parse(entry.text(), false) : held.network();
    }

    @Override
    boolean isInTree(PatternEntry entry) {
        return network(entry).length() != Network.NO_PREFIX;
    }
}
