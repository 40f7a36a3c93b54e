// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.netlink;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * Requests that were made in advance and leave together, some hundred with one system call: a takeover of 200 addresses
 * costs little more than one of a single address, and allocates nothing. To be sent with {@link Netlink#submit}.
 *
 * <p>May be sent as often as one likes, by one thread at a time.
 */
public final class NetlinkBatch {
    private static final int PART_BYTES = 16 * 1024;
    private static final int LONGEST_MESSAGE = 512;
    private static final int FLAGS_AT = 6;
    private static final int SEQUENCE_AT = 8;

    /** Told of a request that the kernel refused. */
    public interface Refusals {
        /**
         * @param position of the request, from 0 in the order of their making
         * @param errno never 0
         */
        void refused(int position, int errno);
    }

    /** What fits into one system call. */
    private record Part(NativeBuffer buffer, int length, int[] starts) {}

    private final List<Part> parts;

    private NetlinkBatch(List<Part> parts) {
        this.parts = List.copyOf(parts);
    }

    public static Builder builder() {
        return new Builder();
    }

    int parts() {
        return parts.size();
    }

    int count(int part) {
        return parts.get(part).starts().length;
    }

    int length(int part) {
        return parts.get(part).length();
    }

    long address(int part) {
        return parts.get(part).buffer().address();
    }

    /** Numbers the requests of a part, so that an answer can be told by its number. */
    void number(int part, int first) {
        Part numbered = parts.get(part);
        for (int i = 0; i < numbered.starts().length; i++) {
            numbered.buffer().bytes().putInt(numbered.starts()[i] + SEQUENCE_AT, first + i);
        }
    }

    /** Collects requests. */
    public static final class Builder {
        private final NativeBuffer scratch = new NativeBuffer(PART_BYTES);
        private final NetlinkMessage message = new NetlinkMessage(scratch);
        private final List<Part> parts = new ArrayList<>();
        private final List<Integer> starts = new ArrayList<>();

        private Builder() {}

        public Builder addAddress(AddressRequest request) {
            Addresses.encodeAdd(this, request);
            return this;
        }

        /** Removes it; only address, prefix, peer and interface count. */
        public Builder removeAddress(AddressRequest request) {
            Addresses.encodeRemove(this, request);
            return this;
        }

        /** Removes the route by which the kernel takes packets for an address of an interface as its own. */
        public Builder removeLocalRoute(InetAddress address, int interfaceIndex) {
            int bits = address instanceof Inet6Address ? 128 : 32;
            Routes.encodeRemoveLocal(this, address, bits, interfaceIndex);
            return this;
        }

        /**
         * Makes an interface reach a network of IPv6 for a while; asked for again, the time begins anew.
         *
         * @param metric tells the route from others'
         */
        public Builder addNetwork(InetAddress network, int bits, int interfaceIndex, int metric, int seconds) {
            Routes.encodeAddNetwork(this, network, bits, interfaceIndex, metric, seconds);
            return this;
        }

        public Builder removeNetwork(InetAddress network, int bits, int interfaceIndex, int metric) {
            Routes.encodeRemoveNetwork(this, network, bits, interfaceIndex, metric);
            return this;
        }

        public NetlinkBatch build() {
            seal();
            return new NetlinkBatch(parts);
        }

        NetlinkMessage begin(int type, int flags) {
            if (!starts.isEmpty()) {
                message.finish(0);
                if (message.end() > PART_BYTES - LONGEST_MESSAGE) {
                    seal();
                }
            }
            if (starts.isEmpty()) {
                message.begin(type, flags);
            } else {
                message.beginBehind(type, flags);
            }
            starts.add(message.start());
            return message;
        }

        /** A part of exactly the bytes that there are. Its last request asks for an acknowledgement. */
        private void seal() {
            if (starts.isEmpty()) {
                return;
            }
            message.finish(0);
            int length = message.end();
            int last = starts.get(starts.size() - 1) + FLAGS_AT;
            scratch.bytes().putShort(last, (short) (scratch.bytes().getShort(last) | NetlinkMessage.ACK));
            NativeBuffer exact = new NativeBuffer(length);
            byte[] bytes = new byte[length];
            scratch.bytes().get(0, bytes);
            exact.bytes().put(0, bytes);
            parts.add(new Part(
                    exact, length, starts.stream().mapToInt(Integer::intValue).toArray()));
            starts.clear();
        }
    }
}
