"""What is learned: blocks and links as numbers, and the trees and networks that judge them."""
