// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.peers.cluster;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;
import org.jgroups.Address;
import org.jgroups.Message;
import org.jgroups.stack.Protocol;
import org.jgroups.util.FastArray;
import org.jgroups.util.MessageBatch;
import org.jspecify.annotations.Nullable;

/**
 * The JGroups protocol that seals all that leaves the protocols above it and drops what does not open.
 *
 * <p>SERIALIZE stands directly above, so that headers and empty messages are sealed too. What lies below stays open:
 * discovery, MERGE3's announcements, heartbeats, suspicions. A stock SYM_ENCRYPT cannot do AES-GCM, hence a protocol of
 * our own rather than a subclass with two overrides.
 */
public final class Seal extends Protocol {
    private final Map<SealBox.Failure, LongAdder> failures = new EnumMap<>(SealBox.Failure.class);
    private volatile @Nullable SealBox box; // written once before connecting
    private volatile BiConsumer<Address, SealBox.Failure> onFailure = (from, failure) -> {};

    public Seal() {
        for (SealBox.Failure failure : SealBox.Failure.values()) {
            failures.put(failure, new LongAdder());
        }
    }

    void use(SealBox sealBox, BiConsumer<Address, SealBox.Failure> listener) {
        box = sealBox;
        onFailure = listener;
    }

    long failures(SealBox.Failure failure) {
        LongAdder counter = failures.get(failure);
        return counter == null ? 0 : counter.sum();
    }

    @Override
    public Object down(Message message) {
        SealBox sealBox = box;
        if (sealBox == null) {
            throw new IllegalStateException("a message before the key");
        }
        byte[] plain = message.hasArray() && message.getArray() != null ? message.getArray() : new byte[0];
        byte[] sealed = sealBox.seal(
                plain, plain.length == 0 ? 0 : message.getOffset(), plain.length == 0 ? 0 : message.getLength());
        return down_prot.down(message.copy(false, true).setArray(sealed, 0, sealed.length));
    }

    @Override
    public @Nullable Object up(Message message) {
        Message opened = open(message);
        return opened == null ? null : up_prot.up(opened);
    }

    @Override
    public void up(MessageBatch batch) {
        FastArray<Message>.FastIterator messages = (FastArray<Message>.FastIterator) batch.iterator();
        while (messages.hasNext()) {
            Message opened = open(messages.next());
            if (opened == null) {
                messages.remove();
            } else {
                messages.replace(opened);
            }
        }
        if (!batch.isEmpty()) {
            up_prot.up(batch);
        }
    }

    private @Nullable Message open(Message message) {
        SealBox sealBox = box;
        byte[] sealed = message.hasArray() ? message.getArray() : null;
        Object opened = sealBox == null || sealed == null
                ? SealBox.Failure.TOO_SHORT
                : sealBox.open(sealed, message.getOffset(), message.getLength());
        if (opened instanceof byte[] plain) {
            return message.copy(false, true).setArray(plain, 0, plain.length);
        }
        SealBox.Failure failure = (SealBox.Failure) opened;
        LongAdder counter = failures.get(failure);
        if (counter != null) {
            counter.increment();
        }
        onFailure.accept(message.getSrc(), failure);
        return null;
    }
}
