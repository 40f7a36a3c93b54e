// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.pattern;

import io.tandem.node.rules.sample.Sample;
import io.tandem.node.rules.sample.SampleType;
import io.tandem.node.rules.sample.Scratch;
import io.tandem.node.rules.sample.Text;
import org.jspecify.annotations.Nullable;

/**
 * Networks, the longest prefix first: method {@code ip}. An address of one family is also looked for among the networks of
 * the other as what it stands for there (HAProxy manual 7.1.6). IPv4 masks that are no prefix are tried one by one, last.
 */
final class NetworkIndex extends PatternIndex {
    static final NetworkIndex EMPTY = new NetworkIndex(PrefixTree.EMPTY, PrefixTree.EMPTY, Series.empty());

    private static final long MAPPED = 0xFFFF_0000_0000L; // ::ffff:0:0, its lower half
    private static final int SIX_TO_FOUR = 0x2002;

    private final PrefixTree ipv4;
    private final PrefixTree ipv6;
    private final Series<Odd> odd;

    private NetworkIndex(PrefixTree ipv4, PrefixTree ipv6, Series<Odd> odd) {
        this.ipv4 = ipv4;
        this.ipv6 = ipv6;
        this.odd = odd;
    }

    /** A network whose mask is no prefix. */
    private record Odd(long address, long mask, PatternEntry entry) implements Ordered {
        @Override
        public long order() {
            return entry.order();
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
        for (Odd network = odd.from(0); network != null; network = odd.from(network.order() + 1)) {
            if ((address & network.mask()) == network.address()) {
                return network.entry();
            }
        }
        return null;
    }

    @Override
    PatternIndex with(PatternEntry entry, boolean names) {
        Network network = entry.network(names);
        if (network.length() == Network.NO_PREFIX) {
            return new NetworkIndex(ipv4, ipv6, odd.with(new Odd(network.high() >>> 32, network.mask(), entry)));
        }
        return network.ipv6()
                ? new NetworkIndex(ipv4, ipv6.with(network, entry), odd)
                : new NetworkIndex(ipv4.with(network, entry), ipv6, odd);
    }

    @Override
    PatternIndex without(PatternEntry entry) {
        Network network = entry.network(false);
        if (network.length() == Network.NO_PREFIX) {
            return new NetworkIndex(ipv4, ipv6, odd.without(entry.order()));
        }
        return network.ipv6()
                ? new NetworkIndex(ipv4, ipv6.without(network, entry), odd)
                : new NetworkIndex(ipv4.without(network, entry), ipv6, odd);
    }

    @Override
    boolean isInTree(PatternEntry entry) {
        return entry.network(false).length() != Network.NO_PREFIX;
    }
}
