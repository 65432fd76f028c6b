"""The provider's yearly return (Article 3(1)(g)(vii)) in the standard form of Regulation (EU) 2024/2916."""
